package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Arithmetic;

/** What arithmetic makes of ranges (kernel/bpf/verifier.c, adjust_scalar_min_max_vals). */
final class RangeArithmetic {

    private static final long LOW = 0xffff_ffffL;

    private RangeArithmetic() {}

    /**
     * Computes the range of {@code left op right}.
     *
     * @param wide whether in 64 bits, else in 32
     */
    static ScalarRange apply(AluOperation operation, boolean wide, ScalarRange left, ScalarRange right) {
        if (operation == AluOperation.MOVE) {
            return wide ? right : truncate(right, Integer.BYTES);
        }
        if (left.isConstant() && right.isConstant()) {
            return ScalarRange.constant(Arithmetic.apply(operation, wide, left.value(), right.value()));
        }
        Bounds bounds = new Bounds(left);
        switch (operation) {
            case ADD -> add(bounds, right);
            case SUBTRACT -> subtract(bounds, right);
            case MULTIPLY -> multiply(bounds, right);
            case AND -> and(bounds, right);
            case OR -> or(bounds, right);
            case XOR -> xor(bounds, right);
            case DIVIDE, MODULO -> {
                return divide(operation, wide, left, right);
            }
            case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED -> {
                int width = wide ? Long.SIZE : Integer.SIZE;
                if (!right.isConstant() || right.value() < 0 || right.value() >= width) {
                    return unknown(wide);
                }
                shift(bounds, operation, wide, (int) right.value());
            }
            default -> {
                return unknown(wide);
            }
        }
        if (!wide) {
            bounds.zeroExtend();
        }
        return bounds.result();
    }

    /** Returns every number of a width. */
    static ScalarRange unknown(boolean wide) {
        return wide ? ScalarRange.UNKNOWN : ofBytes(Integer.BYTES);
    }

    /** Returns every number of so many bytes. */
    static ScalarRange ofBytes(int bytes) {
        return bytes == Long.BYTES
                ? ScalarRange.UNKNOWN
                : ScalarRange.unsigned(0, (1L << bytes * Byte.SIZE) - 1);
    }

    static ScalarRange negate(boolean wide, ScalarRange range) {
        return apply(AluOperation.SUBTRACT, wide, ScalarRange.ZERO, range);
    }

    /** Keeps the lowest bytes and clears the others. */
    static ScalarRange truncate(ScalarRange range, int bytes) {
        if (bytes == Long.BYTES) {
            return range;
        }
        long kept = (1L << bytes * Byte.SIZE) - 1;
        Bounds bounds = new Bounds();
        bounds.bits = range.bits().truncate(bytes);
        if ((range.unsignedMin() & ~kept) == (range.unsignedMax() & ~kept)) {
            bounds.limitUnsigned(range.unsignedMin() & kept, range.unsignedMax() & kept);
        } else {
            bounds.limitUnsigned(0, kept);
        }
        if (bytes == Integer.BYTES) {
            bounds.limitUnsigned32(range.unsignedMin32(), range.unsignedMax32());
            bounds.limitSigned32(range.signedMin32(), range.signedMax32());
        }
        return bounds.result();
    }

    /** Turns the order of the lowest bytes round and clears the others: of ranges, only the bits stay known. */
    static ScalarRange swapBytes(ScalarRange range, int bytes) {
        Bounds bounds = new Bounds();
        bounds.bits = range.bits().swapBytes(bytes);
        return bounds.result();
    }

    /** Extends the lowest bits by their sign. */
    static ScalarRange signExtend(ScalarRange range, int bits, boolean wide) {
        if (range.isConstant()) {
            long extended = Arithmetic.extend(bits, true, range.value());
            return ScalarRange.constant(wide ? extended : extended & LOW);
        }
        long minimum = -(1L << bits - 1);
        long maximum = -minimum - 1;
        if (bits == Integer.SIZE) {
            minimum = range.signedMin32();
            maximum = range.signedMax32();
        }
        if (range.signedMin() >> bits == range.signedMax() >> bits) {
            long first = Arithmetic.extend(bits, true, range.signedMin());
            long last = Arithmetic.extend(bits, true, range.signedMax());
            if (first <= last) {
                minimum = Math.max(minimum, first);
                maximum = Math.min(maximum, last);
            }
        }
        ScalarRange extended = ScalarRange.signed(minimum, maximum);
        return wide ? extended : truncate(extended, Integer.BYTES);
    }

    private static void add(Bounds left, ScalarRange right) {
        left.bits = left.bits.add(right.bits());
        try {
            long minimum = Math.addExact(left.signedMin, right.signedMin());
            left.signedMax = Math.addExact(left.signedMax, right.signedMax());
            left.signedMin = minimum;
        } catch (ArithmeticException overflow) {
            left.unboundSigned();
        }
        long unsignedMin = left.unsignedMin + right.unsignedMin();
        long unsignedMax = left.unsignedMax + right.unsignedMax();
        boolean minWraps = Long.compareUnsigned(unsignedMin, left.unsignedMin) < 0;
        boolean maxWraps = Long.compareUnsigned(unsignedMax, left.unsignedMax) < 0;
        left.unsignedMin = unsignedMin;
        left.unsignedMax = unsignedMax;
        if (minWraps != maxWraps) {
            left.unboundUnsigned();
        }
        setSigned32(left, (long) left.signedMin32 + right.signedMin32(),
                (long) left.signedMax32 + right.signedMax32());
        setUnsigned32(left, (left.unsignedMin32 & LOW) + (right.unsignedMin32() & LOW),
                (left.unsignedMax32 & LOW) + (right.unsignedMax32() & LOW));
    }

    private static void subtract(Bounds left, ScalarRange right) {
        left.bits = left.bits.subtract(right.bits());
        try {
            long minimum = Math.subtractExact(left.signedMin, right.signedMax());
            left.signedMax = Math.subtractExact(left.signedMax, right.signedMin());
            left.signedMin = minimum;
        } catch (ArithmeticException overflow) {
            left.unboundSigned();
        }
        boolean minWraps = Long.compareUnsigned(left.unsignedMin, right.unsignedMax()) < 0;
        boolean maxWraps = Long.compareUnsigned(left.unsignedMax, right.unsignedMin()) < 0;
        left.unsignedMin -= right.unsignedMax();
        left.unsignedMax -= right.unsignedMin();
        if (minWraps != maxWraps) {
            left.unboundUnsigned();
        }
        setSigned32(left, (long) left.signedMin32 - right.signedMax32(),
                (long) left.signedMax32 - right.signedMin32());
        setUnsigned32(left, (left.unsignedMin32 & LOW) - (right.unsignedMax32() & LOW),
                (left.unsignedMax32 & LOW) - (right.unsignedMin32() & LOW));
    }

    private static void setSigned32(Bounds bounds, long minimum, long maximum) {
        if (minimum != (int) minimum || maximum != (int) maximum) {
            bounds.unboundSigned32();
        } else {
            bounds.signedMin32 = (int) minimum;
            bounds.signedMax32 = (int) maximum;
        }
    }

    /** Takes exact bounds; if both wrapped the same way, their order is that of the lower halves. */
    private static void setUnsigned32(Bounds bounds, long minimum, long maximum) {
        if (minimum >> 32 != maximum >> 32) {
            bounds.unboundUnsigned32();
        } else {
            bounds.unsignedMin32 = (int) minimum;
            bounds.unsignedMax32 = (int) maximum;
        }
    }

    private static void multiply(Bounds left, ScalarRange right) {
        left.bits = left.bits.multiply(right.bits());
        if (Math.unsignedMultiplyHigh(left.unsignedMax, right.unsignedMax()) == 0) {
            left.unsignedMin *= right.unsignedMin();
            left.unsignedMax *= right.unsignedMax();
        } else {
            left.unboundUnsigned();
        }
        try {
            long[] products = {Math.multiplyExact(left.signedMin, right.signedMin()),
                Math.multiplyExact(left.signedMin, right.signedMax()),
                Math.multiplyExact(left.signedMax, right.signedMin()),
                Math.multiplyExact(left.signedMax, right.signedMax())};
            left.signedMin = minimum(products);
            left.signedMax = maximum(products);
        } catch (ArithmeticException overflow) {
            left.unboundSigned();
        }
        long[] low = {(long) left.signedMin32 * right.signedMin32(),
            (long) left.signedMin32 * right.signedMax32(),
            (long) left.signedMax32 * right.signedMin32(), (long) left.signedMax32 * right.signedMax32()};
        setSigned32(left, minimum(low), maximum(low));
        if (Math.unsignedMultiplyHigh(left.unsignedMax32 & LOW, (right.unsignedMax32() & LOW) << 32) == 0) {
            left.unsignedMin32 *= right.unsignedMin32();
            left.unsignedMax32 *= right.unsignedMax32();
        } else {
            left.unboundUnsigned32();
        }
    }

    private static long minimum(long[] numbers) {
        return Math.min(Math.min(numbers[0], numbers[1]), Math.min(numbers[2], numbers[3]));
    }

    private static long maximum(long[] numbers) {
        return Math.max(Math.max(numbers[0], numbers[1]), Math.max(numbers[2], numbers[3]));
    }

    private static void and(Bounds left, ScalarRange right) {
        left.bits = left.bits.and(right.bits());
        left.unsignedMin = left.bits.value();
        left.unsignedMax = Bounds.minUnsigned(left.unsignedMax, right.unsignedMax());
        left.unsignedMin32 = (int) left.bits.value();
        left.unsignedMax32 = Integer.compareUnsigned(left.unsignedMax32, right.unsignedMax32()) < 0
                ? left.unsignedMax32
                : right.unsignedMax32();
        left.unboundSigned();
        left.unboundSigned32();
    }

    private static void or(Bounds left, ScalarRange right) {
        left.bits = left.bits.or(right.bits());
        left.unsignedMin = Bounds.maxUnsigned(left.unsignedMin, right.unsignedMin());
        left.unsignedMax = left.bits.value() | left.bits.mask();
        left.unsignedMin32 = Integer.compareUnsigned(left.unsignedMin32, right.unsignedMin32()) > 0
                ? left.unsignedMin32
                : right.unsignedMin32();
        left.unsignedMax32 = (int) left.unsignedMax;
        left.unboundSigned();
        left.unboundSigned32();
    }

    private static void xor(Bounds left, ScalarRange right) {
        left.bits = left.bits.xor(right.bits());
        left.unbound64();
        left.unbound32();
    }

    /** An unsigned division by a constant; the kernel knows nothing of its result. */
    private static ScalarRange divide(AluOperation operation, boolean wide, ScalarRange left,
            ScalarRange right) {
        if (!right.isConstant()) {
            return unknown(wide);
        }
        long divisor = wide ? right.value() : right.value() & LOW;
        ScalarRange dividend = wide ? left : truncate(left, Integer.BYTES);
        if (divisor == 0) {
            return operation == AluOperation.DIVIDE ? ScalarRange.ZERO : dividend;
        }
        long greatest = dividend.unsignedMax();
        if (operation == AluOperation.DIVIDE) {
            return ScalarRange.unsigned(Long.divideUnsigned(dividend.unsignedMin(), divisor),
                    Long.divideUnsigned(greatest, divisor));
        }
        return Long.compareUnsigned(greatest, divisor) < 0
                ? dividend
                : ScalarRange.unsigned(0, divisor - 1);
    }

    private static void shift(Bounds bounds, AluOperation operation, boolean wide, int count) {
        switch (operation) {
            case SHIFT_LEFT -> shiftLeft(bounds, count);
            case SHIFT_RIGHT -> shiftRight(bounds, wide, count);
            default -> shiftRightSigned(bounds, wide, count);
        }
    }

    private static void shiftLeft(Bounds bounds, int count) {
        bounds.bits = bounds.bits.shiftLeft(count);
        if (count == 32) {
            // What compilers make of a sign extension: the lower half's sign decides.
            bounds.signedMin = (long) bounds.signedMin32 << 32;
            bounds.signedMax = (long) bounds.signedMax32 << 32;
        } else {
            bounds.unboundSigned();
        }
        if (count == 0 || bounds.unsignedMax >>> Long.SIZE - count == 0) {
            bounds.unsignedMin <<= count;
            bounds.unsignedMax <<= count;
        } else {
            bounds.unboundUnsigned();
        }
        bounds.unboundSigned32();
        if (count < Integer.SIZE && (count == 0 || bounds.unsignedMax32 >>> Integer.SIZE - count == 0)) {
            bounds.unsignedMin32 <<= count;
            bounds.unsignedMax32 <<= count;
        } else {
            bounds.unboundUnsigned32();
        }
    }

    private static void shiftRight(Bounds bounds, boolean wide, int count) {
        if (!wide) {
            bounds.zeroExtend();
        }
        bounds.bits = bounds.bits.shiftRight(count);
        bounds.unsignedMin >>>= count;
        bounds.unsignedMax >>>= count;
        bounds.unboundSigned();
        bounds.unbound32();
        if (!wide) {
            bounds.limitUnsigned32((int) bounds.unsignedMin, (int) bounds.unsignedMax);
        }
    }

    private static void shiftRightSigned(Bounds bounds, boolean wide, int count) {
        bounds.bits = bounds.bits.shiftRightSigned(count, wide);
        if (wide) {
            bounds.signedMin >>= count;
            bounds.signedMax >>= count;
            bounds.unboundUnsigned();
            bounds.unbound32();
        } else {
            bounds.signedMin32 >>= count;
            bounds.signedMax32 >>= count;
            bounds.unboundUnsigned32();
        }
    }
}
