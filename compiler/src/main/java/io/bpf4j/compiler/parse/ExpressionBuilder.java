package io.bpf4j.compiler.parse;

import io.bpf4j.compiler.ast.DeclarationTree.Name;
import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.ast.ExpressionTree.BinaryOperator;
import io.bpf4j.compiler.ast.ExpressionTree.PrefixOperator;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.Span;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Makes expressions of the syntax tree from the parser's. */
final class ExpressionBuilder {

    private static final Map<String, BinaryOperator> BINARY = new HashMap<>();
    private static final Map<String, PrefixOperator> PREFIX = new HashMap<>();

    static {
        for (BinaryOperator operator : BinaryOperator.values()) {
            BINARY.put(operator.spelling(), operator);
        }
        for (PrefixOperator operator : PrefixOperator.values()) {
            PREFIX.put(operator.spelling(), operator);
        }
    }

    private final Spans spans;
    private final Literals literals;
    private final TypeBuilder types;

    ExpressionBuilder(Spans spans, Diagnostics diagnostics) {
        this.spans = spans;
        this.literals = new Literals(spans, diagnostics);
        this.types = new TypeBuilder(spans, diagnostics, this);
    }

    TypeBuilder types() {
        return types;
    }

    String text(Token string) {
        return literals.text(string);
    }

    List<ExpressionTree> arguments(ProbeParser.ArgumentsContext arguments) {
        return arguments == null ? List.of() : arguments.value().stream().map(this::value).toList();
    }

    ExpressionTree value(ProbeParser.ValueContext value) {
        return value.expression() != null
                ? expression(value.expression())
                : aggregate(value.initializerList());
    }

    ExpressionTree expression(ProbeParser.ExpressionContext expression) {
        Span at = spans.of(expression);
        return switch (expression) {
            case ProbeParser.PrimaryExpressionContext one -> primary(one.primary());
            case ProbeParser.IndexExpressionContext one ->
                new ExpressionTree.Index(expression(one.expression()), value(one.value()), at);
            case ProbeParser.CallExpressionContext one ->
                new ExpressionTree.Call(expression(one.expression()), arguments(one.arguments()), at);
            case ProbeParser.MemberExpressionContext one ->
                new ExpressionTree.Member(expression(one.expression()),
                        memberName(one.memberName()), one.ARROW() != null, at);
            case ProbeParser.PostfixExpressionContext one ->
                new ExpressionTree.Postfix(one.INCREMENT() != null, expression(one.expression()), at);
            case ProbeParser.PrefixExpressionContext one -> new ExpressionTree.Prefix(
                    PREFIX.get(one.getStart().getText()), expression(one.expression()), at);
            case ProbeParser.CastExpressionContext one ->
                new ExpressionTree.Cast(types.typeName(one.typeName()),
                        one.expression() != null
                                ? expression(one.expression())
                                : aggregate(one.initializerList()),
                        at);
            case ProbeParser.BinaryExpressionContext one -> new ExpressionTree.Binary(
                    BINARY.get(((TerminalNode) one.getChild(1)).getText()), expression(one.expression(0)),
                    expression(one.expression(1)), at);
            case ProbeParser.ConditionalExpressionContext one -> new ExpressionTree.Conditional(
                    expression(one.expression(0)), expression(one.expression(1)),
                    expression(one.expression(2)), at);
            case ProbeParser.AssignExpressionContext one ->
                new ExpressionTree.Assign(operator(one.assignment()),
                        expression(one.expression()), value(one.value()), at);
            default -> throw new IllegalStateException("unknown expression rule " + expression.getText());
        };
    }

    private static Optional<BinaryOperator> operator(ProbeParser.AssignmentContext assignment) {
        String text = assignment.getText();
        return Optional.ofNullable(BINARY.get(text.substring(0, text.length() - 1)));
    }

    private ExpressionTree aggregate(ProbeParser.InitializerListContext list) {
        return new ExpressionTree.Aggregate(list.initializer().stream().map(this::entry).toList(),
                spans.of(list));
    }

    private ExpressionTree.Entry entry(ProbeParser.InitializerContext entry) {
        List<ExpressionTree.Designator> designators = entry.designator().stream().map(this::designator)
                .toList();
        return new ExpressionTree.Entry(designators, value(entry.value()), spans.of(entry));
    }

    private ExpressionTree.Designator designator(ProbeParser.DesignatorContext designator) {
        return designator.name() != null
                ? new ExpressionTree.Designator.Field(types.name(designator.name()))
                : new ExpressionTree.Designator.Element(expression(designator.expression()));
    }

    private Name memberName(ProbeParser.MemberNameContext name) {
        return new Name(name.getText(), spans.of(name));
    }

    private ExpressionTree primary(ProbeParser.PrimaryContext primary) {
        Span at = spans.of(primary);
        return switch (primary) {
            case ProbeParser.NumberContext one -> literals.number(one.NUMBER().getSymbol());
            case ProbeParser.CharacterContext one ->
                new ExpressionTree.Character(literals.character(one.CHARACTER().getSymbol()), at);
            case ProbeParser.TextContext one -> new ExpressionTree.Text(one.STRING().stream()
                    .map(part -> literals.text(part.getSymbol())).collect(Collectors.joining()), at);
            case ProbeParser.TruthContext one -> new ExpressionTree.Truth(one.TRUE() != null, at);
            case ProbeParser.NullPointerContext one -> new ExpressionTree.Null(at);
            case ProbeParser.NameUseContext one -> new ExpressionTree.NameUse(one.getText(), at);
            case ProbeParser.ParenthesesContext one -> expression(one.expression());
            case ProbeParser.SizeofExpressionContext one -> one.typeName() != null
                    ? new ExpressionTree.SizeofType(types.typeName(one.typeName()), at)
                    : new ExpressionTree.SizeofValue(expression(one.expression()), at);
            case ProbeParser.OffsetofExpressionContext one -> new ExpressionTree.Offsetof(
                    types.typeName(one.typeName()), one.memberName().stream().map(this::memberName).toList(),
                    at);
            default -> throw new IllegalStateException("unknown primary rule " + primary.getText());
        };
    }
}
