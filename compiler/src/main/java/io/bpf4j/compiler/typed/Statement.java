package io.bpf4j.compiler.typed;

import io.bpf4j.compiler.source.Span;
import java.util.List;
import java.util.Optional;

/** A step of a body. */
public sealed interface Statement {

    /** Returns the place in the source. */
    Span at();

    /** {@code { ... }}. */
    record Block(List<Statement> statements, Span at) implements Statement {
        /** Copies the list. */
        public Block {
            statements = List.copyOf(statements);
        }
    }

    /** A local variable comes to life; without a value its bytes are zero. */
    record Declare(LocalVariable variable, Optional<Expression> value, Span at) implements Statement {}

    /** An expression for its effect. */
    record Evaluate(Expression expression, Span at) implements Statement {}

    /** {@code if}; the condition is a bool. */
    record If(Expression condition, Statement whenTrue, Optional<Statement> whenFalse, Span at)
            implements
                Statement {}

    /**
     * {@code for}, {@code while} and {@code do}; the initialisation stands before it in a block.
     *
     * @param condition a bool; absent means forever
     * @param update runs after the body and after {@code continue}
     * @param bodyFirst whether the body runs before the first test
     * @param unroll whether to write the body out, for as many rounds as constants decide
     */
    record Loop(Optional<Expression> condition, Optional<Expression> update, Statement body,
            boolean bodyFirst,
            boolean unroll, Span at) implements Statement {}

    /** {@code switch} on a whole number; a case's body falls through to the next as in C. */
    record Switch(Expression value, List<Case> cases, Span at) implements Statement {
        /** The labels (none = {@code default}) and what follows them. */
        public record Case(List<Long> labels, boolean isDefault, List<Statement> body) {}
    }

    /** Leaves the innermost loop or switch. */
    record Break(Span at) implements Statement {}

    /** Goes on with the innermost loop. */
    record Continue(Span at) implements Statement {}

    /** Leaves the function or probe; probes have no value. */
    record Return(Optional<Expression> value, Span at) implements Statement {}
}
