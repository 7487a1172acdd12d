package io.bpf4j.compiler.ast;

import java.util.List;
import java.util.stream.Collectors;

/** Writes expressions with the fewest parentheses that keep the tree's shape. */
final class ExpressionPrinter {

    private static final int ASSIGN = -1;
    private static final int CONDITIONAL = 0;
    private static final int PREFIX = 11;
    private static final int POSTFIX = 12;
    private static final int PRIMARY = 13;

    private ExpressionPrinter() {}

    static String print(ExpressionTree expression) {
        return switch (expression) {
            case ExpressionTree.Number number -> number(number);
            case ExpressionTree.Character character ->
                "'" + TextPrinter.escaped(character.value(), '\'') + "'";
            case ExpressionTree.Text text -> TextPrinter.quoted(text.value());
            case ExpressionTree.Truth truth -> Boolean.toString(truth.value());
            case ExpressionTree.Null nothing -> "null";
            case ExpressionTree.NameUse use -> use.name();
            case ExpressionTree.Prefix prefix -> prefix(prefix);
            case ExpressionTree.Postfix postfix ->
                within(postfix.operand(), POSTFIX) + (postfix.increment() ? "++" : "--");
            case ExpressionTree.Binary binary -> binary(binary);
            case ExpressionTree.Assign assign -> within(assign.target(), PREFIX) + " "
                    + assign.operator().map(ExpressionTree.BinaryOperator::spelling).orElse("") + "= "
                    + print(assign.value());
            case ExpressionTree.Conditional choice -> within(choice.condition(), CONDITIONAL + 1) + " ? "
                    + print(choice.whenTrue()) + " : " + within(choice.whenFalse(), CONDITIONAL);
            case ExpressionTree.Cast cast ->
                "(" + TypePrinter.type(cast.type()) + ")" + within(cast.operand(), PREFIX);
            case ExpressionTree.SizeofType size -> "sizeof(" + TypePrinter.type(size.type()) + ")";
            case ExpressionTree.SizeofValue size -> "sizeof(" + print(size.operand()) + ")";
            case ExpressionTree.Offsetof offset -> "offsetof(" + TypePrinter.type(offset.type()) + ", "
                    + offset.path().stream().map(DeclarationTree.Name::text).collect(Collectors.joining("."))
                    + ")";
            case ExpressionTree.Call call ->
                within(call.target(), POSTFIX) + "(" + list(call.arguments()) + ")";
            case ExpressionTree.Member member ->
                within(member.target(), POSTFIX) + (member.arrow() ? "->" : ".") + member.name().text();
            case ExpressionTree.Index index ->
                within(index.target(), POSTFIX) + "[" + print(index.index()) + "]";
            case ExpressionTree.Aggregate aggregate -> aggregate(aggregate);
        };
    }

    static String list(List<ExpressionTree> expressions) {
        return expressions.stream().map(ExpressionPrinter::print).collect(Collectors.joining(", "));
    }

    private static String number(ExpressionTree.Number number) {
        String digits = number.decimal() || number.value() == 0
                ? Long.toUnsignedString(number.value())
                : "0x" + Long.toHexString(number.value());
        return digits + (number.unsigned() ? "u" : "") + (number.isLong() ? "l" : "");
    }

    private static String prefix(ExpressionTree.Prefix prefix) {
        String operand = within(prefix.operand(), PREFIX);
        String operator = prefix.operator().spelling();
        boolean runsTogether = operand.charAt(0) == operator.charAt(0);
        return operator + (runsTogether ? " " : "") + operand;
    }

    private static String binary(ExpressionTree.Binary binary) {
        int precedence = binary.operator().precedence();
        return within(binary.left(), precedence) + " " + binary.operator().spelling() + " "
                + within(binary.right(), precedence + 1);
    }

    private static String aggregate(ExpressionTree.Aggregate aggregate) {
        return aggregate.entries().stream().map(ExpressionPrinter::entry)
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String entry(ExpressionTree.Entry entry) {
        String designators = entry.designators().stream().map(one -> switch (one) {
            case ExpressionTree.Designator.Field field -> "." + field.name().text();
            case ExpressionTree.Designator.Element element -> "[" + print(element.index()) + "]";
        }).collect(Collectors.joining());
        return designators + (designators.isEmpty() ? "" : " = ") + print(entry.value());
    }

    private static String within(ExpressionTree expression, int precedence) {
        String text = print(expression);
        return precedence(expression) < precedence ? "(" + text + ")" : text;
    }

    private static int precedence(ExpressionTree expression) {
        return switch (expression) {
            case ExpressionTree.Assign assign -> ASSIGN;
            case ExpressionTree.Conditional choice -> CONDITIONAL;
            case ExpressionTree.Binary binary -> binary.operator().precedence();
            case ExpressionTree.Prefix prefix -> PREFIX;
            case ExpressionTree.Cast cast -> PREFIX;
            case ExpressionTree.Postfix postfix -> POSTFIX;
            case ExpressionTree.Call call -> POSTFIX;
            case ExpressionTree.Member member -> POSTFIX;
            case ExpressionTree.Index index -> POSTFIX;
            default -> PRIMARY;
        };
    }
}
