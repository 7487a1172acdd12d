package io.bpf4j.vm.isa;

import java.math.BigInteger;

/**
 * What instructions compute, on unbounded whole numbers: the quotients, products and orders of the textbook, brought
 * into 32 or 64 bits afterwards. It shares no code and no way of thinking with {@link Arithmetic}.
 */
public final class ReferenceArithmetic {

    private ReferenceArithmetic() {}

    /** Computes {@code left op right}. */
    public static long apply(AluOperation operation, boolean wide, long left, long right) {
        int bits = wide ? 64 : 32;
        BigInteger a = unsigned(left, bits);
        BigInteger b = unsigned(right, bits);
        BigInteger signedA = signed(left, bits);
        BigInteger signedB = signed(right, bits);
        boolean zero = b.signum() == 0;
        BigInteger power = BigInteger.TWO.pow(b.mod(BigInteger.valueOf(bits)).intValueExact());
        BigInteger result = switch (operation) {
            case ADD -> a.add(b);
            case SUBTRACT -> a.subtract(b);
            case MULTIPLY -> a.multiply(b);
            case DIVIDE -> zero ? BigInteger.ZERO : a.divide(b);
            case SIGNED_DIVIDE -> zero ? BigInteger.ZERO : signedA.divide(signedB);
            case OR -> a.or(b);
            case AND -> a.and(b);
            case SHIFT_LEFT -> a.multiply(power);
            case SHIFT_RIGHT -> a.divide(power);
            case MODULO -> zero ? a : a.subtract(a.divide(b).multiply(b));
            case SIGNED_MODULO -> zero ? a : signedA.subtract(signedA.divide(signedB).multiply(signedB));
            case XOR -> a.or(b).subtract(a.and(b));
            case MOVE -> b;
            case SHIFT_RIGHT_SIGNED -> signedA.subtract(signedA.mod(power)).divide(power);
        };
        return unsigned(result, bits).longValue();
    }

    /** Returns whether a comparison holds. */
    public static boolean holds(Condition condition, boolean wide, long left, long right) {
        int bits = wide ? 64 : 32;
        int order = unsigned(left, bits).compareTo(unsigned(right, bits));
        int signedOrder = signed(left, bits).compareTo(signed(right, bits));
        return switch (condition) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case ANY_BIT -> unsigned(left, bits).and(unsigned(right, bits)).signum() != 0;
            case GREATER -> order > 0;
            case GREATER_OR_EQUAL -> order >= 0;
            case LESS -> order < 0;
            case LESS_OR_EQUAL -> order <= 0;
            case SIGNED_GREATER -> signedOrder > 0;
            case SIGNED_GREATER_OR_EQUAL -> signedOrder >= 0;
            case SIGNED_LESS -> signedOrder < 0;
            case SIGNED_LESS_OR_EQUAL -> signedOrder <= 0;
        };
    }

    /** Extends the lowest bits to 64. */
    public static long extend(int bits, boolean signed, long value) {
        return (signed ? signed(value, bits) : unsigned(value, bits)).longValue();
    }

    /** Orders the lowest bytes. */
    public static long swap(Insn.ByteSwap.Order order, int bits, long value) {
        BigInteger rest = unsigned(value, bits);
        if (order == Insn.ByteSwap.Order.LITTLE_ENDIAN) {
            return rest.longValue();
        }
        BigInteger result = BigInteger.ZERO;
        BigInteger base = BigInteger.valueOf(256);
        for (int i = 0; i < bits / 8; i++) {
            result = result.multiply(base).add(rest.mod(base));
            rest = rest.divide(base);
        }
        return result.longValue();
    }

    private static BigInteger unsigned(long value, int bits) {
        return unsigned(BigInteger.valueOf(value), bits);
    }

    private static BigInteger unsigned(BigInteger value, int bits) {
        return value.mod(BigInteger.TWO.pow(bits));
    }

    private static BigInteger signed(long value, int bits) {
        BigInteger positive = unsigned(value, bits);
        return positive.testBit(bits - 1) ? positive.subtract(BigInteger.TWO.pow(bits)) : positive;
    }
}
