package io.bpf4j.vm.jit.jvm;

/**
 * What is known of a register's value before an instruction, whichever way led there: it is {@code min}, or that plus a
 * multiple of {@code stride}, and at most {@code max}, all as signed numbers of 64 bits.
 *
 * @param stride at least 1, or 0 if {@code min} is {@code max}
 */
record Fact(long min, long max, long stride) {

    private static final long LOW = 0xffff_ffffL;

    /** Nothing. */
    static final Fact ANY = new Fact(Long.MIN_VALUE, Long.MAX_VALUE, 1);
    /** The upper half is zero. */
    static final Fact NARROW = new Fact(0, LOW, 1);

    /** Returns that a value is always the same. */
    static Fact constant(long value) {
        return new Fact(value, value, 0);
    }

    /** Returns that a value lies between two, which count. */
    static Fact between(long min, long max) {
        return min == max ? constant(min) : new Fact(min, max, 1);
    }

    /** Returns what is known of a sum or the like, given the largest common step. */
    static Fact stepping(long min, long max, long stride) {
        return min == max ? constant(min) : new Fact(min, max, Math.max(1, stride));
    }

    /** Returns whether the value is always the same, {@link #min}. */
    boolean isConstant() {
        return min == max;
    }

    /** Returns whether the upper half is zero. */
    boolean isNarrow() {
        return min >= 0 && max <= LOW;
    }

    /** Returns whether the value is never negative. */
    boolean isPositive() {
        return min >= 0;
    }

    /** Returns whether the value is never negative, as a number of 32 bits either. */
    boolean isPositiveInt() {
        return min >= 0 && max <= Integer.MAX_VALUE;
    }

    /** Returns what is known of the lower half, with an upper half of zero. */
    Fact low() {
        if (isConstant()) {
            return constant(min & LOW);
        }
        return isNarrow() ? this : NARROW;
    }

    /** Returns what holds if one of two facts does. */
    static Fact either(Fact one, Fact other) {
        if (one.equals(other)) {
            return one;
        }
        long least = Math.min(one.min, other.min);
        long most = Math.max(one.max, other.max);
        long distance = Math.max(one.min, other.min) - least;
        // A distance that overflows is a negative number.
        long stride = distance < 0 ? 1 : divisor(divisor(one.stride, other.stride), distance);
        return stepping(least, most, stride);
    }

    /** Returns the same between narrower bounds, if some value lies there; otherwise no run gets there. */
    Fact within(long lower, long upper) {
        long from = Math.max(min, lower);
        long to = Math.min(max, upper);
        if (stride > 1 && from > min && from - min > 0) {
            long steps = (from - min + stride - 1) / stride;
            from = steps * stride + min;
        }
        if (stride > 1 && to < max && to - min > 0) {
            to = min + (to - min) / stride * stride;
        }
        return from > to ? this : stepping(from, to, stride);
    }

    /** Returns the same without one value, if that is the first or last. */
    Fact without(long value) {
        long span = max - min;
        if (span >= 0 && span < stride || isConstant()) {
            return this;
        }
        if (value == min) {
            return stepping(min + stride, max, stride);
        }
        boolean reached = stride == 1 || span >= 0 && span % stride == 0;
        return value == max && reached ? stepping(min, max - stride, stride) : this;
    }

    /** Returns the largest number that divides two that are not negative; 0 divides nothing but 0. */
    static long divisor(long one, long other) {
        long left = one;
        long right = other;
        while (right != 0) {
            long rest = left % right;
            left = right;
            right = rest;
        }
        return left;
    }
}
