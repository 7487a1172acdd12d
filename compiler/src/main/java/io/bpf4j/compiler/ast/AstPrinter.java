package io.bpf4j.compiler.ast;

import io.bpf4j.compiler.ast.DeclarationTree.Name;
import io.bpf4j.compiler.ast.DeclarationTree.Parameter;
import io.bpf4j.compiler.ast.DeclarationTree.Part;
import io.bpf4j.compiler.ast.DeclarationTree.Point;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes a tree as source text of one canonical form. Law: parsing the text and printing the result gives the text
 * again.
 */
public final class AstPrinter {

    private static final String INDENT = "    ";

    private final StringBuilder out = new StringBuilder();
    private int depth;

    private AstPrinter() {}

    /** Returns the source text of a file. */
    public static String print(SourceTree source) {
        AstPrinter printer = new AstPrinter();
        source.declarations().forEach(printer::declaration);
        return printer.out.toString();
    }

    private void line(String text) {
        out.append(INDENT.repeat(depth)).append(text).append('\n');
    }

    private void declaration(DeclarationTree declaration) {
        switch (declaration) {
            case DeclarationTree.License license ->
                line("license " + TextPrinter.quoted(license.text()) + ";");
            case DeclarationTree.Import imported -> line("import " + imported.name() + ";");
            case DeclarationTree.Tag tag -> line(TypePrinter.type(tag.type()) + ";");
            case DeclarationTree.Typedef typedef ->
                line("typedef " + TypePrinter.declared(typedef.type(), typedef.name().text()) + ";");
            case DeclarationTree.Variable variable -> variable(variable);
            case DeclarationTree.MapDefinition map -> line(map(map));
            case DeclarationTree.Function function -> function(function);
            case DeclarationTree.Probe probe -> {
                line("probe "
                        + probe.points().stream().map(AstPrinter::point).collect(Collectors.joining(", "))
                        + " {");
                body(probe.body());
            }
        }
    }

    private void variable(DeclarationTree.Variable variable) {
        String value = variable.value().map(given -> " = " + ExpressionPrinter.print(given)).orElse("");
        String comment = variable.description().isEmpty() ? "" : " // " + variable.description();
        line((variable.constant() ? "const " : "")
                + TypePrinter.declared(variable.type(), variable.name().text()) + value
                + ";" + comment);
    }

    private static String map(DeclarationTree.MapDefinition map) {
        String types = map.types().isEmpty()
                ? ""
                : map.types().stream().map(TypePrinter::type).collect(Collectors.joining(", ", "<", ">"));
        return "map " + map.kind().text() + types + arguments(map.shape()) + " " + map.name().text()
                + arguments(map.size()) + ";";
    }

    private static String arguments(List<ExpressionTree> arguments) {
        return arguments.isEmpty() ? "" : "(" + ExpressionPrinter.list(arguments) + ")";
    }

    private void function(DeclarationTree.Function function) {
        String head = TypePrinter.declared(function.result(),
                function.name().text() + "(" + parameters(function.parameters()) + ")");
        line(head + (function.body().isPresent() ? " {" : ";"));
        function.body().ifPresent(this::body);
    }

    private static String parameters(List<Parameter> parameters) {
        return parameters.stream()
                .map(one -> TypePrinter.declared(one.type(), one.name().map(Name::text).orElse("")))
                .collect(Collectors.joining(", "));
    }

    private static String point(Point point) {
        return point.parts().stream().map(AstPrinter::part).collect(Collectors.joining(":"))
                + point.parameters().map(given -> "(" + parameters(given) + ")").orElse("")
                + point.result().map(type -> " -> " + TypePrinter.type(type)).orElse("");
    }

    private static String part(Part part) {
        return part.quoted() ? TextPrinter.quoted(part.text()) : part.text();
    }

    private void body(StatementTree.Block block) {
        depth++;
        block.statements().forEach(this::statement);
        depth--;
        line("}");
    }

    private void statement(StatementTree statement) {
        switch (statement) {
            case StatementTree.Block block -> {
                line("{");
                body(block);
            }
            case StatementTree.Empty empty -> line(";");
            case StatementTree.Declare declare -> line(declare(declare));
            case StatementTree.Evaluate evaluate ->
                line(ExpressionPrinter.print(evaluate.expression()) + ";");
            case StatementTree.If branch -> branch(branch);
            case StatementTree.For loop -> loop(loop.unroll(), "for (" + forHead(loop) + ")", loop.body());
            case StatementTree.While loop ->
                loop(loop.unroll(), "while (" + ExpressionPrinter.print(loop.condition()) + ")", loop.body());
            case StatementTree.DoWhile loop -> {
                loop(loop.unroll(), "do", loop.body());
                line("while (" + ExpressionPrinter.print(loop.condition()) + ");");
            }
            case StatementTree.Switch choice -> {
                line("switch (" + ExpressionPrinter.print(choice.value()) + ") {");
                body(choice.body());
            }
            case StatementTree.Case label -> line("case " + ExpressionPrinter.print(label.value()) + ":");
            case StatementTree.Default label -> line("default:");
            case StatementTree.Break jump -> line("break;");
            case StatementTree.Continue jump -> line("continue;");
            case StatementTree.Return jump ->
                line("return" + jump.value().map(value -> " " + ExpressionPrinter.print(value)).orElse("")
                        + ";");
            case StatementTree.Goto jump -> line("goto " + jump.label().text() + ";");
        }
    }

    /** Braces always, so that an else cannot find another if. */
    private void nested(StatementTree statement) {
        if (statement instanceof StatementTree.Block block) {
            body(block);
        } else {
            depth++;
            statement(statement);
            depth--;
            line("}");
        }
    }

    private void branch(StatementTree.If branch) {
        line("if (" + ExpressionPrinter.print(branch.condition()) + ") {");
        nested(branch.whenTrue());
        branch.whenFalse().ifPresent(other -> {
            line("else {");
            nested(other);
        });
    }

    private void loop(boolean unroll, String head, StatementTree body) {
        if (unroll) {
            line("#unroll");
        }
        line(head + " {");
        nested(body);
    }

    private static String forHead(StatementTree.For loop) {
        String start = switch (loop.start().orElse(null)) {
            case null -> ";";
            case StatementTree.Declare declare -> declare(declare);
            case StatementTree.Evaluate evaluate -> ExpressionPrinter.print(evaluate.expression()) + ";";
            default -> throw new IllegalStateException("a for cannot start with " + loop.start());
        };
        return start + loop.condition().map(one -> " " + ExpressionPrinter.print(one)).orElse("") + ";"
                + loop.update().map(one -> " " + ExpressionPrinter.print(one)).orElse("");
    }

    private static String declare(StatementTree.Declare declare) {
        StringBuilder text = new StringBuilder();
        if (declare.variables().isEmpty()) {
            return ";";
        }
        TypeTree base = TypePrinter.base(declare.variables().getFirst().type());
        text.append(TypePrinter.type(base));
        String separator = " ";
        for (StatementTree.Local local : declare.variables()) {
            text.append(separator).append(TypePrinter.declarator(local.type(), local.name().text()));
            local.value().ifPresent(value -> text.append(" = ").append(ExpressionPrinter.print(value)));
            separator = ", ";
        }
        return text.append(';').toString();
    }
}
