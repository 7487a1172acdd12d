package io.bpf4j.compiler.parse;

import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.ast.StatementTree;
import io.bpf4j.compiler.ast.TypeTree;
import io.bpf4j.compiler.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes statements of the syntax tree from the parser's. */
record StatementBuilder(Spans spans, ExpressionBuilder expressions) {

    StatementTree.Block block(ProbeParser.BlockContext block) {
        return new StatementTree.Block(block.statement().stream().map(this::statement).toList(),
                spans.of(block));
    }

    private StatementTree statement(ProbeParser.StatementContext statement) {
        Span at = spans.of(statement);
        return switch (statement) {
            case ProbeParser.BlockStatementContext one -> block(one.block());
            case ProbeParser.EmptyStatementContext one -> new StatementTree.Empty(at);
            case ProbeParser.IfStatementContext one ->
                new StatementTree.If(expressions.expression(one.expression()),
                        statement(one.statement(0)),
                        Optional.ofNullable(one.ELSE()).map(other -> statement(one.statement(1))), at);
            case ProbeParser.ForStatementContext one -> loop(one, at);
            case ProbeParser.WhileStatementContext one -> new StatementTree.While(
                    expressions.expression(one.expression()), statement(one.statement()),
                    one.UNROLL() != null, at);
            case ProbeParser.DoStatementContext one -> new StatementTree.DoWhile(statement(one.statement()),
                    expressions.expression(one.expression()), one.UNROLL() != null, at);
            case ProbeParser.SwitchStatementContext one ->
                new StatementTree.Switch(expressions.expression(one.expression()), block(one.block()), at);
            case ProbeParser.CaseLabelContext one ->
                new StatementTree.Case(expressions.expression(one.expression()), at);
            case ProbeParser.DefaultLabelContext one -> new StatementTree.Default(at);
            case ProbeParser.BreakStatementContext one -> new StatementTree.Break(at);
            case ProbeParser.ContinueStatementContext one -> new StatementTree.Continue(at);
            case ProbeParser.ReturnStatementContext one ->
                new StatementTree.Return(Optional.ofNullable(one.value()).map(expressions::value), at);
            case ProbeParser.GotoStatementContext one ->
                new StatementTree.Goto(expressions.types().name(one.name()), at);
            case ProbeParser.DeclarationStatementContext one -> declaration(one.localDeclaration());
            case ProbeParser.ExpressionStatementContext one -> evaluate(one.expression());
            default -> throw new IllegalStateException("unknown statement rule " + statement.getText());
        };
    }

    private StatementTree evaluate(ProbeParser.ExpressionContext expression) {
        return new StatementTree.Evaluate(expressions.expression(expression), spans.of(expression));
    }

    private StatementTree declaration(ProbeParser.LocalDeclarationContext declaration) {
        TypeTree base = expressions.types().specifier(declaration.specifier());
        List<StatementTree.Local> variables = new ArrayList<>();
        for (ProbeParser.InitialDeclaratorContext one : declaration.initialDeclarator()) {
            variables.add(new StatementTree.Local(
                    expressions.types().declared(base, declaration.specifier(), one.declarator()),
                    expressions.types().name(one.declarator().name()),
                    Optional.ofNullable(one.initial()).map(initial -> expressions.value(initial.value())),
                    spans.of(one.declarator())));
        }
        return new StatementTree.Declare(variables, spans.of(declaration));
    }

    private StatementTree loop(ProbeParser.ForStatementContext loop, Span at) {
        Optional<StatementTree> start = Optional.empty();
        if (loop.localDeclaration() != null) {
            start = Optional.of(declaration(loop.localDeclaration()));
        } else if (loop.expression() != null) {
            start = Optional.of(evaluate(loop.expression()));
        }
        return new StatementTree.For(start, part(loop.condition), part(loop.update),
                statement(loop.statement()),
                loop.UNROLL() != null, at);
    }

    private Optional<ExpressionTree> part(ProbeParser.LoopPartContext part) {
        return Optional.ofNullable(part).map(one -> expressions.expression(one.expression()));
    }
}
