package io.bpf4j.vm.verify;

/**
 * A number.
 *
 * @param id what copies of one number share, so that what is learnt of one holds for all; 0 for none
 * @param shift how {@code delta} was added since the id was given
 * @param delta what was added: the number minus that of the copies that are not shifted
 */
record Scalar(ScalarRange range, int id, Shift shift, int delta) implements Value {

    /** How a copy differs from the number that it was copied from. */
    enum Shift {
        NONE,
        /** By a constant added in 64 bits. */
        WIDE,
        /** By a constant added in 32 bits to a number that has no more; the upper half is 0. */
        HALF
    }

    /** Any number at all. */
    static final Scalar UNKNOWN = new Scalar(ScalarRange.UNKNOWN);
    static final Scalar ZERO = new Scalar(ScalarRange.ZERO);

    Scalar(ScalarRange range) {
        this(range, 0, Shift.NONE, 0);
    }

    static Scalar constant(long value) {
        return value == 0 ? ZERO : new Scalar(ScalarRange.constant(value));
    }

    Scalar withoutId() {
        return id == 0 ? this : new Scalar(range);
    }

    Scalar withId(int newId) {
        return new Scalar(range, newId, Shift.NONE, 0);
    }

    Scalar withRange(ScalarRange newRange) {
        return newRange == range ? this : new Scalar(newRange, id, shift, delta);
    }

    @Override
    public String toString() {
        return range.toString();
    }
}
