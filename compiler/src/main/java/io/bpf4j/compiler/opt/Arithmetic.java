package io.bpf4j.compiler.opt;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn.ByteSwap.Order;

/** The instruction set's arithmetic on known numbers (RFC 9669, sections 4.1 to 4.3). */
final class Arithmetic {

    private static final long LOW_HALF = 0xffff_ffffL;

    private Arithmetic() {}

    static long binary(AluOperation operation, boolean wide, long left, long right) {
        return wide ? wide(operation, left, right) : narrow(operation, (int) left, (int) right) & LOW_HALF;
    }

    private static long wide(AluOperation operation, long left, long right) {
        return switch (operation) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> right == 0 ? 0 : Long.divideUnsigned(left, right);
            case SIGNED_DIVIDE -> right == 0 ? 0 : left / right;
            case OR -> left | right;
            case AND -> left & right;
            case XOR -> left ^ right;
            case SHIFT_LEFT -> left << right;
            case SHIFT_RIGHT -> left >>> right;
            case SHIFT_RIGHT_SIGNED -> left >> right;
            case MODULO -> right == 0 ? left : Long.remainderUnsigned(left, right);
            case SIGNED_MODULO -> right == 0 ? left : left % right;
            case MOVE -> right;
        };
    }

    private static int narrow(AluOperation operation, int left, int right) {
        return switch (operation) {
            case DIVIDE -> right == 0 ? 0 : Integer.divideUnsigned(left, right);
            case SIGNED_DIVIDE -> right == 0 ? 0 : left / right;
            case SHIFT_LEFT -> left << right;
            case SHIFT_RIGHT -> left >>> right;
            case SHIFT_RIGHT_SIGNED -> left >> right;
            case MODULO -> right == 0 ? left : Integer.remainderUnsigned(left, right);
            case SIGNED_MODULO -> right == 0 ? left : left % right;
            default -> (int) wide(operation, left, right);
        };
    }

    static long negate(boolean wide, long value) {
        return wide ? -value : -value & LOW_HALF;
    }

    static long extend(int bits, boolean signed, long value) {
        int shift = Long.SIZE - bits;
        return signed ? value << shift >> shift : value << shift >>> shift;
    }

    static long swap(Order order, int bits, long value) {
        return order == Order.LITTLE_ENDIAN
                ? extend(bits, false, value)
                : Long.reverseBytes(value) >>> Long.SIZE - bits;
    }

    static boolean holds(Condition condition, boolean wide, long left, long right) {
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
}
