package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.Condition;

/** What comparisons say of ranges (kernel/bpf/verifier.c, is_scalar_branch_taken and regs_refine_cond_op). */
final class RangeComparison {

    private RangeComparison() {}

    /** Whether a condition holds. */
    enum Outcome {
        ALWAYS,
        NEVER,
        UNKNOWN;

        Outcome negated() {
            return switch (this) {
                case ALWAYS -> NEVER;
                case NEVER -> ALWAYS;
                case UNKNOWN -> UNKNOWN;
            };
        }

        static Outcome of(boolean always, boolean never) {
            return always ? ALWAYS : never ? NEVER : UNKNOWN;
        }
    }

    /** Two ranges after a comparison; null if the outcome is impossible. */
    record Refined(ScalarRange left, ScalarRange right) {}

    /** Decides a condition, if the ranges allow it. */
    static Outcome decide(Condition condition, boolean wide, ScalarRange left, ScalarRange right) {
        return switch (condition) {
            case EQUAL -> equal(wide, left, right);
            case NOT_EQUAL -> equal(wide, left, right).negated();
            case ANY_BIT -> anyBit(wide, left, right);
            case GREATER -> unsignedGreater(wide, left, right);
            case LESS_OR_EQUAL -> unsignedGreater(wide, left, right).negated();
            case LESS -> unsignedGreater(wide, right, left);
            case GREATER_OR_EQUAL -> unsignedGreater(wide, right, left).negated();
            case SIGNED_GREATER -> signedGreater(wide, left, right);
            case SIGNED_LESS_OR_EQUAL -> signedGreater(wide, left, right).negated();
            case SIGNED_LESS -> signedGreater(wide, right, left);
            case SIGNED_GREATER_OR_EQUAL -> signedGreater(wide, right, left).negated();
        };
    }

    private static Outcome equal(boolean wide, ScalarRange left, ScalarRange right) {
        Tnum one = wide ? left.bits() : left.bits().lowHalf();
        Tnum other = wide ? right.bits() : right.bits().lowHalf();
        if (one.isConstant() && other.isConstant()) {
            return one.value() == other.value() ? Outcome.ALWAYS : Outcome.NEVER;
        }
        boolean apart = !one.overlaps(other) || apart(false, left, right) || wide && apart(true, left, right);
        return apart ? Outcome.NEVER : Outcome.UNKNOWN;
    }

    private static boolean apart(boolean wide, ScalarRange left, ScalarRange right) {
        return unsignedGreater(wide, left, right) == Outcome.ALWAYS
                || unsignedGreater(wide, right, left) == Outcome.ALWAYS
                || signedGreater(wide, left, right) == Outcome.ALWAYS
                || signedGreater(wide, right, left) == Outcome.ALWAYS;
    }

    private static Outcome anyBit(boolean wide, ScalarRange left, ScalarRange right) {
        Tnum common = left.bits().and(right.bits());
        Tnum tested = wide ? common : common.lowHalf();
        return Outcome.of(tested.value() != 0, (tested.value() | tested.mask()) == 0);
    }

    private static Outcome unsignedGreater(boolean wide, ScalarRange left, ScalarRange right) {
        return wide
                ? Outcome.of(Long.compareUnsigned(left.unsignedMin(), right.unsignedMax()) > 0,
                        Long.compareUnsigned(left.unsignedMax(), right.unsignedMin()) <= 0)
                : Outcome.of(Integer.compareUnsigned(left.unsignedMin32(), right.unsignedMax32()) > 0,
                        Integer.compareUnsigned(left.unsignedMax32(), right.unsignedMin32()) <= 0);
    }

    private static Outcome signedGreater(boolean wide, ScalarRange left, ScalarRange right) {
        return wide
                ? Outcome.of(left.signedMin() > right.signedMax(), left.signedMax() <= right.signedMin())
                : Outcome.of(left.signedMin32() > right.signedMax32(),
                        left.signedMax32() <= right.signedMin32());
    }

    /** Returns what is known of both sides where the condition holds; null if it cannot. */
    static Refined whereTrue(Condition condition, boolean wide, ScalarRange left, ScalarRange right) {
        Bounds one = new Bounds(left);
        Bounds other = new Bounds(right);
        switch (condition) {
            case EQUAL -> meet(wide, one, other);
            case NOT_EQUAL -> {
                exclude(wide, one, right);
                exclude(wide, other, left);
            }
            case ANY_BIT -> requireBit(wide, one, right);
            case LESS -> less(wide, one, other, 1);
            case LESS_OR_EQUAL -> less(wide, one, other, 0);
            case GREATER -> less(wide, other, one, 1);
            case GREATER_OR_EQUAL -> less(wide, other, one, 0);
            case SIGNED_LESS -> signedLess(wide, one, other, 1);
            case SIGNED_LESS_OR_EQUAL -> signedLess(wide, one, other, 0);
            case SIGNED_GREATER -> signedLess(wide, other, one, 1);
            default -> signedLess(wide, other, one, 0);
        }
        return settled(one, other);
    }

    /** Returns what is known of both sides where the condition does not hold; null if it always does. */
    static Refined whereFalse(Condition condition, boolean wide, ScalarRange left, ScalarRange right) {
        if (condition != Condition.ANY_BIT) {
            return whereTrue(condition.negated(), wide, left, right);
        }
        Bounds one = new Bounds(left);
        Bounds other = new Bounds(right);
        clearBits(wide, one, right);
        clearBits(wide, other, left);
        return settled(one, other);
    }

    private static Refined settled(Bounds one, Bounds other) {
        ScalarRange left = one.settle();
        ScalarRange right = other.settle();
        return left == null || right == null ? null : new Refined(left, right);
    }

    private static void meet(boolean wide, Bounds one, Bounds other) {
        if (!one.bits.lowHalf().overlaps(other.bits.lowHalf()) || wide && !one.bits.overlaps(other.bits)) {
            one.limitUnsigned(1, 0);
            return;
        }
        if (wide) {
            one.limitUnsigned(other.unsignedMin, other.unsignedMax);
            one.limitSigned(other.signedMin, other.signedMax);
            other.limitUnsigned(one.unsignedMin, one.unsignedMax);
            other.limitSigned(one.signedMin, one.signedMax);
            one.bits = one.bits.intersect(other.bits);
            other.bits = one.bits;
        } else {
            Tnum low = one.bits.lowHalf().intersect(other.bits.lowHalf());
            one.bits = one.bits.highHalf().or(low);
            other.bits = other.bits.highHalf().or(low);
        }
        one.limitUnsigned32(other.unsignedMin32, other.unsignedMax32);
        one.limitSigned32(other.signedMin32, other.signedMax32);
        other.limitUnsigned32(one.unsignedMin32, one.unsignedMax32);
        other.limitSigned32(one.signedMin32, one.signedMax32);
    }

    /** Takes a constant away from the ends of a range. */
    private static void exclude(boolean wide, Bounds bounds, ScalarRange constant) {
        if (wide) {
            if (!constant.isConstant()) {
                return;
            }
            long number = constant.value();
            if (bounds.unsignedMin == bounds.unsignedMax && bounds.unsignedMin == number) {
                bounds.limitUnsigned(1, 0);
                return;
            }
            bounds.unsignedMin += bounds.unsignedMin == number ? 1 : 0;
            bounds.unsignedMax -= bounds.unsignedMax == number ? 1 : 0;
            bounds.signedMin += bounds.signedMin == number ? 1 : 0;
            bounds.signedMax -= bounds.signedMax == number ? 1 : 0;
        } else if (constant.bits().lowHalf().isConstant()) {
            int number = (int) constant.value();
            if (bounds.unsignedMin32 == bounds.unsignedMax32 && bounds.unsignedMin32 == number) {
                bounds.limitUnsigned(1, 0);
                return;
            }
            bounds.unsignedMin32 += bounds.unsignedMin32 == number ? 1 : 0;
            bounds.unsignedMax32 -= bounds.unsignedMax32 == number ? 1 : 0;
            bounds.signedMin32 += bounds.signedMin32 == number ? 1 : 0;
            bounds.signedMax32 -= bounds.signedMax32 == number ? 1 : 0;
        }
    }

    /** One bit of a constant is set; if the constant has only one, which. */
    private static void requireBit(boolean wide, Bounds bounds, ScalarRange constant) {
        Tnum tested = wide ? constant.bits() : constant.bits().lowHalf();
        if (tested.isConstant() && Long.bitCount(tested.value()) == 1) {
            bounds.bits = bounds.bits.or(tested);
        }
    }

    /** No bit of a constant is set. */
    private static void clearBits(boolean wide, Bounds bounds, ScalarRange constant) {
        Tnum tested = wide ? constant.bits() : constant.bits().lowHalf();
        if (tested.isConstant()) {
            bounds.bits = bounds.bits.and(Tnum.constant(~tested.value()));
        }
    }

    private static void less(boolean wide, Bounds small, Bounds great, int gap) {
        if (wide) {
            if (gap == 1 && (great.unsignedMax == 0 || small.unsignedMin == -1)) {
                small.limitUnsigned(1, 0);
                return;
            }
            small.limitUnsigned(0, great.unsignedMax - gap);
            great.limitUnsigned(small.unsignedMin + gap, -1);
        } else {
            if (gap == 1 && (great.unsignedMax32 == 0 || small.unsignedMin32 == -1)) {
                small.limitUnsigned(1, 0);
                return;
            }
            small.limitUnsigned32(0, great.unsignedMax32 - gap);
            great.limitUnsigned32(small.unsignedMin32 + gap, -1);
        }
    }

    private static void signedLess(boolean wide, Bounds small, Bounds great, int gap) {
        if (wide) {
            if (gap == 1 && (great.signedMax == Long.MIN_VALUE || small.signedMin == Long.MAX_VALUE)) {
                small.limitUnsigned(1, 0);
                return;
            }
            small.limitSigned(Long.MIN_VALUE, great.signedMax - gap);
            great.limitSigned(small.signedMin + gap, Long.MAX_VALUE);
        } else {
            if (gap == 1
                    && (great.signedMax32 == Integer.MIN_VALUE || small.signedMin32 == Integer.MAX_VALUE)) {
                small.limitUnsigned(1, 0);
                return;
            }
            small.limitSigned32(Integer.MIN_VALUE, great.signedMax32 - gap);
            great.limitSigned32(small.signedMin32 + gap, Integer.MAX_VALUE);
        }
    }
}
