package io.bpf4j.vm.isa;

import io.bpf4j.vm.isa.Insn.ByteSwap.Order;

/**
 * What instructions compute on numbers (RFC 9669, sections 4.1 to 4.3). Registers hold 64 bits; a narrow operation
 * reads the lower halves of its operands and clears the upper half of its result.
 */
public final class Arithmetic {

    private static final long LOW_HALF = 0xffff_ffffL;

    private Arithmetic() {}

    /**
     * Computes {@code left op right}; no operands are an error.
     *
     * @param wide whether in 64 bits, else in 32
     */
    public static long apply(AluOperation operation, boolean wide, long left, long right) {
        return wide ? wide(operation, left, right) : narrow(operation, (int) left, (int) right) & LOW_HALF;
    }

    private static long wide(AluOperation operation, long left, long right) {
        return switch (operation) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> divide(left, right);
            case SIGNED_DIVIDE -> signedDivide(left, right);
            case OR -> left | right;
            case AND -> left & right;
            case SHIFT_LEFT -> left << right;
            case SHIFT_RIGHT -> left >>> right;
            case MODULO -> modulo(left, right);
            case SIGNED_MODULO -> signedModulo(left, right);
            case XOR -> left ^ right;
            case MOVE -> right;
            case SHIFT_RIGHT_SIGNED -> left >> right;
        };
    }

    private static int narrow(AluOperation operation, int left, int right) {
        return switch (operation) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> divide(left, right);
            case SIGNED_DIVIDE -> signedDivide(left, right);
            case OR -> left | right;
            case AND -> left & right;
            case SHIFT_LEFT -> left << right;
            case SHIFT_RIGHT -> left >>> right;
            case MODULO -> modulo(left, right);
            case SIGNED_MODULO -> signedModulo(left, right);
            case XOR -> left ^ right;
            case MOVE -> right;
            case SHIFT_RIGHT_SIGNED -> left >> right;
        };
    }

    /** Divides unsigned numbers of 64 bits; also called by generated code, as its namesakes are. */
    public static long divide(long left, long right) {
        return right == 0 ? 0 : Long.divideUnsigned(left, right);
    }

    /** Divides unsigned numbers of 32 bits. */
    public static int divide(int left, int right) {
        return right == 0 ? 0 : Integer.divideUnsigned(left, right);
    }

    /** Divides signed numbers of 64 bits. */
    public static long signedDivide(long left, long right) {
        return right == 0 ? 0 : left / right;
    }

    /** Divides signed numbers of 32 bits. */
    public static int signedDivide(int left, int right) {
        return right == 0 ? 0 : left / right;
    }

    /** Returns the remainder of unsigned numbers of 64 bits. */
    public static long modulo(long left, long right) {
        return right == 0 ? left : Long.remainderUnsigned(left, right);
    }

    /** Returns the remainder of unsigned numbers of 32 bits. */
    public static int modulo(int left, int right) {
        return right == 0 ? left : Integer.remainderUnsigned(left, right);
    }

    /** Returns the remainder of signed numbers of 64 bits, which has the sign of the dividend. */
    public static long signedModulo(long left, long right) {
        return right == 0 ? left : left % right;
    }

    /** Returns the remainder of signed numbers of 32 bits, which has the sign of the dividend. */
    public static int signedModulo(int left, int right) {
        return right == 0 ? left : left % right;
    }

    /**
     * Returns whether a comparison holds.
     *
     * @param wide whether of 64 bits, else of the lower halves
     */
    public static boolean holds(Condition condition, boolean wide, long left, long right) {
        // Sign extension keeps the unsigned order of the lower halves too.
        long one = wide ? left : (int) left;
        long other = wide ? right : (int) right;
        return switch (condition) {
            case EQUAL -> one == other;
            case NOT_EQUAL -> one != other;
            case ANY_BIT -> (one & other) != 0;
            case GREATER -> Long.compareUnsigned(one, other) > 0;
            case GREATER_OR_EQUAL -> Long.compareUnsigned(one, other) >= 0;
            case LESS -> Long.compareUnsigned(one, other) < 0;
            case LESS_OR_EQUAL -> Long.compareUnsigned(one, other) <= 0;
            case SIGNED_GREATER -> one > other;
            case SIGNED_GREATER_OR_EQUAL -> one >= other;
            case SIGNED_LESS -> one < other;
            case SIGNED_LESS_OR_EQUAL -> one <= other;
        };
    }

    /** Computes the two's complement, in 64 or in 32 bits. */
    public static long negate(boolean wide, long value) {
        return wide ? -value : -value & LOW_HALF;
    }

    /**
     * Extends the lowest bits to 64.
     *
     * @param bits how many count, 1 to 64
     * @param signed whether the highest of them fills the rest, else zero does
     */
    public static long extend(int bits, boolean signed, long value) {
        int unused = Long.SIZE - bits;
        return signed ? value << unused >> unused : value << unused >>> unused;
    }

    /**
     * Orders the lowest bytes, as a little-endian machine does; the bits above them become zero.
     *
     * @param bits how many count: 16, 32 or 64
     */
    public static long swap(Order order, int bits, long value) {
        return switch (order) {
            case LITTLE_ENDIAN -> extend(bits, false, value);
            case BIG_ENDIAN, REVERSED -> Long.reverseBytes(value) >>> Long.SIZE - bits;
        };
    }
}
