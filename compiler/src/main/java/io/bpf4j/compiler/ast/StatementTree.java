package io.bpf4j.compiler.ast;

import io.bpf4j.compiler.ast.DeclarationTree.Name;
import io.bpf4j.compiler.source.Span;
import java.util.List;
import java.util.Optional;

/** A step as written. */
public sealed interface StatementTree {

    /** Returns the place in the source. */
    Span at();

    /** {@code { ... }}. */
    record Block(List<StatementTree> statements, Span at) implements StatementTree {}

    /** {@code ;}. */
    record Empty(Span at) implements StatementTree {}

    /** {@code T a = 1, b;}: the variables share the line. */
    record Declare(List<Local> variables, Span at) implements StatementTree {}

    /** One variable of a declaration. */
    record Local(TypeTree type, Name name, Optional<ExpressionTree> value, Span at) {}

    /** An expression for its effect. */
    record Evaluate(ExpressionTree expression, Span at) implements StatementTree {}

    /** {@code if (condition) whenTrue else whenFalse}. */
    record If(ExpressionTree condition, StatementTree whenTrue, Optional<StatementTree> whenFalse, Span at)
            implements
                StatementTree {}

    /** {@code for (start; condition; update) body}. */
    record For(Optional<StatementTree> start, Optional<ExpressionTree> condition,
            Optional<ExpressionTree> update,
            StatementTree body, boolean unroll, Span at) implements StatementTree {}

    /** {@code while (condition) body}. */
    record While(ExpressionTree condition, StatementTree body, boolean unroll,
            Span at) implements StatementTree {}

    /** {@code do body while (condition);}. */
    record DoWhile(StatementTree body, ExpressionTree condition, boolean unroll,
            Span at) implements StatementTree {}

    /** {@code switch (value) { ... }}; the labels stand among the statements. */
    record Switch(ExpressionTree value, Block body, Span at) implements StatementTree {}

    /** {@code case value:}. */
    record Case(ExpressionTree value, Span at) implements StatementTree {}

    /** {@code default:}. */
    record Default(Span at) implements StatementTree {}

    /** {@code break;}. */
    record Break(Span at) implements StatementTree {}

    /** {@code continue;}. */
    record Continue(Span at) implements StatementTree {}

    /** {@code return value;}. */
    record Return(Optional<ExpressionTree> value, Span at) implements StatementTree {}

    /** {@code goto label;}, which the language does not have. */
    record Goto(Name label, Span at) implements StatementTree {}
}
