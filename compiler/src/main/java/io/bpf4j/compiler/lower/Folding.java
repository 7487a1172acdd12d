package io.bpf4j.compiler.lower;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;

/** What instructions compute on constants. */
final class Folding {
    private Folding() {}

    /** Computes an operation; a 32-bit result has a zero upper half. */
    static long compute(AluOperation operation, boolean wide, long left, long right) {
        if (wide) {
            return computeWide(operation, left, right);
        }
        return computeNarrow(operation, (int) left, (int) right) & 0xffff_ffffL;
    }

    private static long computeWide(AluOperation operation, long left, long right) {
        return switch (operation) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> right == 0 ? 0 : Long.divideUnsigned(left, right);
            case SIGNED_DIVIDE -> right == 0 ? 0 : left / right;
            case OR -> left | right;
            case AND -> left & right;
            case SHIFT_LEFT -> left << right;
            case SHIFT_RIGHT -> left >>> right;
            case MODULO -> right == 0 ? left : Long.remainderUnsigned(left, right);
            case SIGNED_MODULO -> right == 0 ? left : left % right;
            case XOR -> left ^ right;
            case MOVE -> right;
            case SHIFT_RIGHT_SIGNED -> left >> right;
        };
    }

    private static int computeNarrow(AluOperation operation, int left, int right) {
        return switch (operation) {
            case DIVIDE -> right == 0 ? 0 : Integer.divideUnsigned(left, right);
            case SIGNED_DIVIDE -> right == 0 ? 0 : left / right;
            case SHIFT_LEFT -> left << right;
            case SHIFT_RIGHT -> left >>> right;
            case MODULO -> right == 0 ? left : Integer.remainderUnsigned(left, right);
            case SIGNED_MODULO -> right == 0 ? left : left % right;
            case SHIFT_RIGHT_SIGNED -> left >> right;
            default -> (int) computeWide(operation, left, right);
        };
    }

    /** Tells whether a comparison holds. */
    static boolean holds(Condition condition, boolean wide, long a, long b) {
        long left = wide ? a : (int) a;
        long right = wide ? b : (int) b;
        int unsigned = Long.compareUnsigned(left, right);
        return switch (condition) {
            case EQUAL -> left == right;
            case NOT_EQUAL -> left != right;
            case ANY_BIT -> (left & right) != 0;
            case GREATER -> unsigned > 0;
            case GREATER_OR_EQUAL -> unsigned >= 0;
            case LESS -> unsigned < 0;
            case LESS_OR_EQUAL -> unsigned <= 0;
            case SIGNED_GREATER -> left > right;
            case SIGNED_GREATER_OR_EQUAL -> left >= right;
            case SIGNED_LESS -> left < right;
            case SIGNED_LESS_OR_EQUAL -> left <= right;
        };
    }

    /** Brings a number into the range of a whole-number width. */
    static long truncate(long value, int bytes, boolean signed) {
        int unused = Long.SIZE - bytes * Byte.SIZE;
        return signed ? value << unused >> unused : value << unused >>> unused;
    }
}
