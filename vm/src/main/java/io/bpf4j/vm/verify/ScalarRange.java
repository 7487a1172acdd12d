package io.bpf4j.vm.verify;

/**
 * The numbers that a register may hold: known bits, and ranges of the whole and of its lower half, signed and unsigned.
 * Immutable, never empty.
 */
final class ScalarRange {

    /** Every number. */
    static final ScalarRange UNKNOWN = new ScalarRange(new Bounds());
    /** Zero alone. */
    static final ScalarRange ZERO = constant(0);

    private final Tnum bits;
    private final long signedMin;
    private final long signedMax;
    private final long unsignedMin;
    private final long unsignedMax;
    private final int signedMin32;
    private final int signedMax32;
    private final int unsignedMin32;
    private final int unsignedMax32;

    ScalarRange(Bounds bounds) {
        bits = bounds.bits;
        signedMin = bounds.signedMin;
        signedMax = bounds.signedMax;
        unsignedMin = bounds.unsignedMin;
        unsignedMax = bounds.unsignedMax;
        signedMin32 = bounds.signedMin32;
        signedMax32 = bounds.signedMax32;
        unsignedMin32 = bounds.unsignedMin32;
        unsignedMax32 = bounds.unsignedMax32;
    }

    static ScalarRange constant(long value) {
        Bounds bounds = new Bounds();
        bounds.bits = Tnum.constant(value);
        return bounds.settle();
    }

    /** Returns the numbers of an unsigned range. */
    static ScalarRange unsigned(long minimum, long maximum) {
        Bounds bounds = new Bounds();
        bounds.limitUnsigned(minimum, maximum);
        return bounds.settle();
    }

    /** Returns the numbers of a signed range. */
    static ScalarRange signed(long minimum, long maximum) {
        Bounds bounds = new Bounds();
        bounds.limitSigned(minimum, maximum);
        return bounds.settle();
    }

    Tnum bits() {
        return bits;
    }

    long signedMin() {
        return signedMin;
    }

    long signedMax() {
        return signedMax;
    }

    long unsignedMin() {
        return unsignedMin;
    }

    long unsignedMax() {
        return unsignedMax;
    }

    int signedMin32() {
        return signedMin32;
    }

    int signedMax32() {
        return signedMax32;
    }

    int unsignedMin32() {
        return unsignedMin32;
    }

    int unsignedMax32() {
        return unsignedMax32;
    }

    boolean isConstant() {
        return bits.isConstant();
    }

    boolean isConstant(long value) {
        return bits.isConstant(value);
    }

    boolean isUnknown() {
        return bits.mask() == -1 && signedMin == Long.MIN_VALUE && signedMax == Long.MAX_VALUE
                && unsignedMin == 0
                && unsignedMax == -1;
    }

    /** Returns the number, if it is known to be one. */
    long value() {
        return bits.value();
    }

    /** Returns how many of the lowest bits may be other than zero (kernel/bpf/verifier.c, get_reg_width). */
    int width() {
        return Long.SIZE - Long.numberOfLeadingZeros(unsignedMax);
    }

    /** Returns whether every number of the other is one of this. */
    boolean contains(ScalarRange other) {
        return this == other || Long.compareUnsigned(unsignedMin, other.unsignedMin) <= 0
                && Long.compareUnsigned(unsignedMax, other.unsignedMax) >= 0
                && signedMin <= other.signedMin && signedMax >= other.signedMax
                && Integer.compareUnsigned(unsignedMin32, other.unsignedMin32) <= 0
                && Integer.compareUnsigned(unsignedMax32, other.unsignedMax32) >= 0
                && signedMin32 <= other.signedMin32 && signedMax32 >= other.signedMax32
                && bits.contains(other.bits);
    }

    @Override
    public boolean equals(Object object) {
        return this == object || object instanceof ScalarRange other && bits.equals(other.bits)
                && signedMin == other.signedMin && signedMax == other.signedMax
                && unsignedMin == other.unsignedMin && unsignedMax == other.unsignedMax
                && signedMin32 == other.signedMin32 && signedMax32 == other.signedMax32
                && unsignedMin32 == other.unsignedMin32 && unsignedMax32 == other.unsignedMax32;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(unsignedMin * 31 + unsignedMax) ^ bits.hashCode();
    }

    /** Returns the range in words, such as {@code 5}, {@code 0..255} or {@code anything}. */
    @Override
    public String toString() {
        if (isConstant()) {
            return Long.toString(value());
        }
        if (signedMin >= 0) {
            return signedMin + ".." + (signedMax == Long.MAX_VALUE ? "2^63-1" : Long.toString(signedMax));
        }
        if (signedMin != Long.MIN_VALUE || signedMax != Long.MAX_VALUE) {
            return (signedMin == Long.MIN_VALUE ? "-2^63" : Long.toString(signedMin)) + ".."
                    + (signedMax == Long.MAX_VALUE ? "2^63-1" : Long.toString(signedMax));
        }
        if (unsignedMin != 0 || unsignedMax != -1) {
            return Long.toUnsignedString(unsignedMin) + ".." + Long.toUnsignedString(unsignedMax);
        }
        return "anything";
    }
}
