package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Arithmetic;

/** What is known of results, given what is known of operands; {@link Arithmetic} says how they are computed. */
final class FactArithmetic {

    private FactArithmetic() {}

    static Fact apply(AluOperation operation, boolean wide, Fact left, Fact right) {
        if (left.isConstant() && right.isConstant()) {
            return Fact.constant(Arithmetic.apply(operation, wide, left.min(), right.min()));
        }
        return wide ? wide(operation, left, right) : narrow(operation, left.low(), right);
    }

    /** A 32-bit operation gives the lower half of what the 64-bit one does, if shifts and signs do not matter. */
    private static Fact narrow(AluOperation operation, Fact left, Fact right) {
        return switch (operation) {
            case ADD, SUBTRACT -> wide(operation, left, right).low();
            case SHIFT_LEFT, SHIFT_RIGHT -> right.isConstant()
                    ? shift(operation, left, (int) right.min() & Integer.SIZE - 1).low()
                    : Fact.NARROW;
            case SHIFT_RIGHT_SIGNED -> right.isConstant() && left.isPositiveInt()
                    ? shift(operation, left, (int) right.min() & Integer.SIZE - 1)
                    : Fact.NARROW;
            case SIGNED_DIVIDE, SIGNED_MODULO -> Fact.NARROW;
            default -> wide(operation, left, right.low()).low();
        };
    }

    private static Fact wide(AluOperation operation, Fact left, Fact right) {
        return switch (operation) {
            case ADD -> add(left, right);
            case SUBTRACT -> subtract(left, right);
            case MULTIPLY -> multiply(left, right);
            case AND -> and(left, right);
            case OR, XOR -> bits(operation, left, right);
            case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED -> right.isConstant()
                    ? shift(operation, left, (int) right.min() & Long.SIZE - 1)
                    : shifted(operation, left);
            case DIVIDE -> divide(left, right);
            case MODULO -> modulo(left, right);
            case SIGNED_DIVIDE, SIGNED_MODULO -> Fact.ANY;
            case MOVE -> right;
        };
    }

    private static Fact add(Fact left, Fact right) {
        long min = left.min() + right.min();
        long max = left.max() + right.max();
        boolean overflows = ((left.min() ^ min) & (right.min() ^ min)) < 0
                || ((left.max() ^ max) & (right.max() ^ max)) < 0;
        return overflows ? Fact.ANY : Fact.stepping(min, max, Fact.divisor(left.stride(), right.stride()));
    }

    private static Fact subtract(Fact left, Fact right) {
        long min = left.min() - right.max();
        long max = left.max() - right.min();
        boolean overflows = ((left.min() ^ right.max()) & (left.min() ^ min)) < 0
                || ((left.max() ^ right.min()) & (left.max() ^ max)) < 0;
        return overflows ? Fact.ANY : Fact.between(min, max);
    }

    private static Fact multiply(Fact left, Fact right) {
        if (!left.isPositive() || !right.isPositive()
                || Math.multiplyHigh(left.max(), right.max()) != 0 || left.max() * right.max() < 0) {
            return Fact.ANY;
        }
        long stride = left.isConstant()
                ? left.min() * right.stride()
                : right.isConstant() ? right.min() * left.stride() : 1;
        return Fact.stepping(left.min() * right.min(), left.max() * right.max(), stride);
    }

    private static Fact and(Fact left, Fact right) {
        if (left.isPositive() && right.isPositive()) {
            return Fact.between(0, Math.min(left.max(), right.max()));
        }
        return left.isPositive()
                ? Fact.between(0, left.max())
                : right.isPositive() ? Fact.between(0, right.max()) : Fact.ANY;
    }

    private static Fact bits(AluOperation operation, Fact left, Fact right) {
        if (!left.isPositive() || !right.isPositive()) {
            return Fact.ANY;
        }
        long most = left.max() | right.max();
        long ones = most == 0 ? 0 : -1L >>> Long.numberOfLeadingZeros(most);
        return Fact.between(operation == AluOperation.OR ? Math.max(left.min(), right.min()) : 0, ones);
    }

    private static Fact shift(AluOperation operation, Fact left, int count) {
        if (count == 0) {
            return left;
        }
        return switch (operation) {
            case SHIFT_LEFT -> left.isPositive() && left.max() <= Long.MAX_VALUE >> count
                    ? Fact.stepping(left.min() << count, left.max() << count, left.stride() << count)
                    : Fact.ANY;
            case SHIFT_RIGHT -> left.isPositive()
                    ? Fact.between(left.min() >> count, left.max() >> count)
                    : Fact.between(0, -1L >>> count);
            default -> Fact.between(left.min() >> count, left.max() >> count);
        };
    }

    private static Fact shifted(AluOperation operation, Fact left) {
        return operation != AluOperation.SHIFT_LEFT && left.isPositive()
                ? Fact.between(0, left.max())
                : Fact.ANY;
    }

    /** Division by zero gives zero. */
    private static Fact divide(Fact left, Fact right) {
        if (left.isPositive()) {
            return right.isConstant() && right.min() > 0
                    ? Fact.between(left.min() / right.min(), left.max() / right.min())
                    : Fact.between(0, left.max());
        }
        return right.isConstant() && right.min() > 1
                ? Fact.between(0, Long.divideUnsigned(-1, right.min()))
                : Fact.ANY;
    }

    /** The rest of a division by zero is what was divided. */
    private static Fact modulo(Fact left, Fact right) {
        if (right.isConstant() && right.min() > 0) {
            return Fact.between(0,
                    left.isPositive() ? Math.min(left.max(), right.min() - 1) : right.min() - 1);
        }
        return left.isPositive() ? Fact.between(0, left.max()) : Fact.ANY;
    }
}
