package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import java.util.Optional;

/**
 * The bounds of a number, both included, as far as the kernel's verifier can follow them too (it does not through
 * divisions and {@code %}: kernel/bpf/verifier.c, adjust_scalar_min_max_vals).
 */
record Range(long low, long high) {

    boolean within(long minimum, long maximum) {
        return low >= minimum && high <= maximum;
    }

    /** Finds the bounds of an expression. */
    static Optional<Range> of(Expression expression, Variables variables) {
        Optional<Range> found = switch (expression) {
            case Expression.Constant constant -> exactly(constant.value());
            case Expression.Not not -> Optional.of(new Range(0, 1));
            case Expression.Compare compare -> Optional.of(new Range(0, 1));
            case Expression.Logical logical -> Optional.of(new Range(0, 1));
            case Expression.Convert convert -> of(convert.operand(), variables)
                    .filter(range -> ofType(convert.type()).map(range::isInside).orElse(true));
            case Expression.Arithmetic arithmetic -> arithmetic(arithmetic, variables);
            case Expression.Read read when read.place() instanceof Place.Local local -> {
                boolean bound = variables.of(local.variable()) instanceof Storage.Bound;
                yield bound
                        ? bound(((Storage.Bound) variables.of(local.variable())).operand())
                        : variables.rangeOf(local.variable());
            }
            default -> Optional.empty();
        };
        return found.isPresent() ? found : ofType(expression.type());
    }

    private boolean isInside(Range outer) {
        return within(outer.low, outer.high);
    }

    private static Optional<Range> exactly(long value) {
        return Optional.of(new Range(value, value));
    }

    private static Optional<Range> bound(Operand operand) {
        return operand instanceof Operand.Constant constant ? exactly(constant.value()) : Optional.empty();
    }

    private static Optional<Range> arithmetic(Expression.Arithmetic arithmetic, Variables variables) {
        if (!(arithmetic.right() instanceof Expression.Constant constant)) {
            return Optional.empty();
        }
        long right = constant.value();
        boolean unsigned = !Types.signed(arithmetic.type());
        return switch (arithmetic.operator()) {
            case AND -> right >= 0 ? Optional.of(new Range(0, right)) : Optional.empty();
            case SHIFT_RIGHT -> unsigned && right > 0 && right < arithmetic.type().size() * Byte.SIZE
                    ? Optional
                            .of(new Range(0, Types.truncate(-1, arithmetic.type().size(), false) >>> right))
                    : Optional.empty();
            case ADD, SUBTRACT -> of(arithmetic.left(), variables)
                    .flatMap(range -> range.shifted(
                            arithmetic.operator() == Expression.Operator.ADD ? right : -right));
            default -> Optional.empty();
        };
    }

    /** Small bounds only, so that nothing wraps around. */
    private Optional<Range> shifted(long distance) {
        long limit = Integer.MAX_VALUE / 2;
        boolean small = within(-limit, limit) && new Range(distance, distance).within(-limit, limit);
        return small && low + distance >= 0
                ? Optional.of(new Range(low + distance, high + distance))
                : Optional.empty();
    }

    private static Optional<Range> ofType(Type type) {
        return switch (type) {
            case IntType number when number.size() < Long.BYTES -> Optional.of(ofInteger(number));
            case EnumType names -> ofType(names.underlying());
            default -> Optional.empty();
        };
    }

    /** A bool in memory is a byte to the verifier. */
    private static Range ofInteger(IntType type) {
        long values = 1L << type.size() * Byte.SIZE;
        return type.signed() ? new Range(-values / 2, values / 2 - 1) : new Range(0, values - 1);
    }
}
