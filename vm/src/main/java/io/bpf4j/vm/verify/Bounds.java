package io.bpf4j.vm.verify;

/**
 * What is being worked out about a number: mutable while an operation is computed, then made into a
 * {@link ScalarRange}. The four ranges and the known bits describe the same number and sharpen each other
 * (kernel/bpf/verifier.c, reg_bounds_sync).
 */
final class Bounds {

    private static final long LOW = 0xffff_ffffL;

    Tnum bits;
    long signedMin;
    long signedMax;
    long unsignedMin;
    long unsignedMax;
    /** The ranges of the lower half. */
    int signedMin32;
    int signedMax32;
    /** To be compared as unsigned. */
    int unsignedMin32;
    int unsignedMax32;

    Bounds() {
        bits = Tnum.UNKNOWN;
        unbound64();
        unbound32();
    }

    Bounds(ScalarRange from) {
        bits = from.bits();
        signedMin = from.signedMin();
        signedMax = from.signedMax();
        unsignedMin = from.unsignedMin();
        unsignedMax = from.unsignedMax();
        signedMin32 = from.signedMin32();
        signedMax32 = from.signedMax32();
        unsignedMin32 = from.unsignedMin32();
        unsignedMax32 = from.unsignedMax32();
    }

    void unbound64() {
        unboundSigned();
        unboundUnsigned();
    }

    void unboundSigned() {
        signedMin = Long.MIN_VALUE;
        signedMax = Long.MAX_VALUE;
    }

    void unboundUnsigned() {
        unsignedMin = 0;
        unsignedMax = -1;
    }

    void unbound32() {
        unboundSigned32();
        unboundUnsigned32();
    }

    void unboundSigned32() {
        signedMin32 = Integer.MIN_VALUE;
        signedMax32 = Integer.MAX_VALUE;
    }

    void unboundUnsigned32() {
        unsignedMin32 = 0;
        unsignedMax32 = -1;
    }

    void limitSigned(long minimum, long maximum) {
        signedMin = Math.max(signedMin, minimum);
        signedMax = Math.min(signedMax, maximum);
    }

    void limitUnsigned(long minimum, long maximum) {
        unsignedMin = maxUnsigned(unsignedMin, minimum);
        unsignedMax = minUnsigned(unsignedMax, maximum);
    }

    void limitSigned32(int minimum, int maximum) {
        signedMin32 = Math.max(signedMin32, minimum);
        signedMax32 = Math.min(signedMax32, maximum);
    }

    void limitUnsigned32(int minimum, int maximum) {
        unsignedMin32 = Integer.compareUnsigned(unsignedMin32, minimum) < 0 ? minimum : unsignedMin32;
        unsignedMax32 = Integer.compareUnsigned(unsignedMax32, maximum) > 0 ? maximum : unsignedMax32;
    }

    /** Takes the lower half for the whole: the upper one is zero. */
    void zeroExtend() {
        bits = bits.lowHalf();
        unsignedMin = unsignedMin32 & LOW;
        unsignedMax = unsignedMax32 & LOW;
        if (signedMin32 >= 0) {
            signedMin = signedMin32;
            signedMax = signedMax32;
        } else {
            signedMin = 0;
            signedMax = LOW;
        }
    }

    /** Lets the ranges and the known bits sharpen each other; returns the result, or null if no number fits. */
    ScalarRange settle() {
        fromBits();
        for (int round = 0; round < 3; round++) {
            deduce32();
            deduce64();
            deduceAcross();
        }
        if (isEmpty()) {
            return null;
        }
        toBits();
        fromBits();
        return isEmpty() || (bits.value() & bits.mask()) != 0 ? null : new ScalarRange(this);
    }

    /** Returns the result of an operation on numbers that exist, of which there must be one. */
    ScalarRange result() {
        ScalarRange settled = settle();
        return settled == null ? ScalarRange.UNKNOWN : settled;
    }

    private boolean isEmpty() {
        return signedMin > signedMax || signedMin32 > signedMax32
                || Long.compareUnsigned(unsignedMin, unsignedMax) > 0
                || Integer.compareUnsigned(unsignedMin32, unsignedMax32) > 0;
    }

    private void fromBits() {
        long value = bits.value();
        long mask = bits.mask();
        limitSigned(value | mask & Long.MIN_VALUE, value | mask & Long.MAX_VALUE);
        limitUnsigned(value, value | mask);
        int low = (int) value;
        int unknown = (int) mask;
        limitSigned32(low | unknown & Integer.MIN_VALUE, low | unknown & Integer.MAX_VALUE);
        limitUnsigned32(low, low | unknown);
    }

    private void toBits() {
        Tnum whole = bits.intersect(Tnum.range(unsignedMin, unsignedMax));
        Tnum low = whole.lowHalf().intersect(Tnum.range(unsignedMin32 & LOW, unsignedMax32 & LOW));
        bits = whole.highHalf().or(low);
    }

    /** The lower half from the whole where the upper half is one number, and signed from unsigned and back. */
    private void deduce32() {
        if (unsignedMin >>> 32 == unsignedMax >>> 32) {
            limitUnsigned32((int) unsignedMin, (int) unsignedMax);
            if ((int) unsignedMin <= (int) unsignedMax) {
                limitSigned32((int) unsignedMin, (int) unsignedMax);
            }
        }
        if (signedMin >> 32 == signedMax >> 32) {
            if (Integer.compareUnsigned((int) signedMin, (int) signedMax) <= 0) {
                limitUnsigned32((int) signedMin, (int) signedMax);
            }
            if ((int) signedMin <= (int) signedMax) {
                limitSigned32((int) signedMin, (int) signedMax);
            }
        }
        if ((signedMin >> 32) + 1 == signedMax >> 32 && (int) signedMin < 0 && (int) signedMax >= 0) {
            limitSigned32((int) signedMin, (int) signedMax);
        }
        if (unsignedMin32 <= unsignedMax32) {
            limitSigned32(unsignedMin32, unsignedMax32);
        }
        if (Integer.compareUnsigned(signedMin32, signedMax32) <= 0) {
            limitUnsigned32(signedMin32, signedMax32);
        } else if (Integer.compareUnsigned(unsignedMax32, signedMin32) < 0) {
            limitSigned32(0, Integer.MAX_VALUE);
            limitUnsigned32(0, signedMax32);
        } else if (Integer.compareUnsigned(signedMax32, unsignedMin32) < 0) {
            limitSigned32(Integer.MIN_VALUE, -1);
            limitUnsigned32(signedMin32, -1);
        }
    }

    /** Signed from unsigned and back. A signed range across zero is two unsigned ones, of which one may be excluded. */
    private void deduce64() {
        if (unsignedMin <= unsignedMax) {
            limitSigned(unsignedMin, unsignedMax);
        }
        if (Long.compareUnsigned(signedMin, signedMax) <= 0) {
            limitUnsigned(signedMin, signedMax);
        } else if (Long.compareUnsigned(unsignedMax, signedMin) < 0) {
            limitSigned(0, Long.MAX_VALUE);
            limitUnsigned(0, signedMax);
        } else if (Long.compareUnsigned(signedMax, unsignedMin) < 0) {
            limitSigned(Long.MIN_VALUE, -1);
            limitUnsigned(signedMin, -1);
        }
    }

    /** The whole from the lower half, by the upper half of each bound. */
    private void deduceAcross() {
        limitUnsigned(unsignedMin & ~LOW | unsignedMin32 & LOW, unsignedMax & ~LOW | unsignedMax32 & LOW);
        limitSigned(signedMin & ~LOW | unsignedMin32 & LOW, signedMax & ~LOW | unsignedMax32 & LOW);
        if (signedMin >= Integer.MIN_VALUE && signedMax <= Integer.MAX_VALUE) {
            limitSigned(signedMin32, signedMax32);
        }
    }

    static long minUnsigned(long one, long other) {
        return Long.compareUnsigned(one, other) < 0 ? one : other;
    }

    static long maxUnsigned(long one, long other) {
        return Long.compareUnsigned(one, other) > 0 ? one : other;
    }
}
