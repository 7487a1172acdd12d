package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Operator;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A loop whose counter starts at a constant, goes on by a constant and is compared with a constant, and is not
 * otherwise changed.
 *
 * @param values the counter's value in each round, then the one that ends the loop
 */
record CountedLoop(LocalVariable counter, List<Long> values) {
    /** More rounds than these are neither counted here nor written out. */
    static final int MAXIMUM_ROUNDS = 4096;

    int rounds() {
        return values.size() - 1;
    }

    /** Returns the counter's bounds within the body. */
    Range range() {
        List<Long> inside = values.subList(0, rounds());
        return new Range(inside.stream().mapToLong(Long::longValue).min().orElse(0),
                inside.stream().mapToLong(Long::longValue).max().orElse(0));
    }

    /**
     * Recognises such a loop.
     *
     * @param before the statement before it, where the counter must get its first value
     */
    static Optional<CountedLoop> of(Statement.Loop loop, Optional<Statement> before, VariableFacts facts) {
        if (loop.bodyFirst() || loop.update().isEmpty() || loop.condition().isEmpty()
                || !(loop.condition().get() instanceof Expression.Compare compare)
                || !(unconverted(compare.right()) instanceof Expression.Constant)
                || !(unconverted(compare.left()) instanceof Expression.Read read)
                || !(read.place() instanceof Place.Local local)
                || !(local.type() instanceof IntType type)
                || facts.addressTaken(local.variable())) {
            return Optional.empty();
        }
        Optional<Long> start = before.flatMap(statement -> startOf(statement, local.variable()));
        Optional<Long> step = stepOf(loop.update().get(), local.variable());
        if (start.isEmpty() || step.isEmpty() || assigns(loop.body(), local.variable())) {
            return Optional.empty();
        }
        return count(compare, type, start.get(), step.get())
                .map(values -> new CountedLoop(local.variable(), values));
    }

    private static Expression unconverted(Expression expression) {
        return expression instanceof Expression.Convert convert && convert.type() != IntType.BOOL
                ? unconverted(convert.operand())
                : expression;
    }

    private static Optional<Long> constant(Expression expression) {
        return unconverted(expression) instanceof Expression.Constant constant
                ? Optional.of(constant.value())
                : Optional.empty();
    }

    private static Optional<Long> startOf(Statement before, LocalVariable counter) {
        return switch (before) {
            case Statement.Declare declare when declare.variable() == counter ->
                declare.value().isEmpty() ? Optional.of(0L) : constant(declare.value().get());
            case Statement.Evaluate evaluate when evaluate.expression() instanceof Expression.Assign assign
                    && isCounter(assign.place(), counter) ->
                constant(assign.value());
            default -> Optional.empty();
        };
    }

    private static Optional<Long> stepOf(Expression update, LocalVariable counter) {
        if (update instanceof Expression.Compound compound && isCounter(compound.place(), counter)) {
            return signedStep(compound.operator(), constant(compound.value()));
        }
        if (update instanceof Expression.Assign assign && isCounter(assign.place(), counter)
                && unconverted(assign.value()) instanceof Expression.Arithmetic arithmetic
                && unconverted(arithmetic.left()) instanceof Expression.Read read
                && isCounter(read.place(), counter)) {
            return signedStep(arithmetic.operator(), constant(arithmetic.right()));
        }
        return Optional.empty();
    }

    private static Optional<Long> signedStep(Operator operator, Optional<Long> amount) {
        return switch (operator) {
            case ADD -> amount;
            case SUBTRACT -> amount.map(step -> -step);
            default -> Optional.empty();
        };
    }

    private static boolean isCounter(Place place, LocalVariable counter) {
        return place instanceof Place.Local local && local.variable() == counter;
    }

    private static boolean assigns(Statement body, LocalVariable counter) {
        boolean[] found = new boolean[1];
        TreeWalk.visit(body, expression -> found[0] |= switch (expression) {
            case Expression.Assign assign -> isCounter(assign.place(), counter);
            case Expression.Compound compound -> isCounter(compound.place(), counter);
            default -> false;
        }, place -> {});
        return found[0];
    }

    private static Optional<List<Long>> count(Expression.Compare compare, IntType type, long start,
            long step) {
        List<Long> values = new ArrayList<>();
        Condition condition = compare.condition();
        boolean wide = Types.wide(compare.left().type());
        long limit = constant(compare.right()).orElseThrow();
        long current = Types.truncate(start, type.size(), type.signed());
        while (Arithmetic.holds(condition, wide, current, limit)) {
            values.add(current);
            if (values.size() > MAXIMUM_ROUNDS) {
                return Optional.empty();
            }
            current = Types.truncate(current + step, type.size(), type.signed());
        }
        values.add(current);
        return Optional.of(values);
    }
}
