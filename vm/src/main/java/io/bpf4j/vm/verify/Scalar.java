package io.bpf4j.vm.verify;

/**
 * A number.
 *
 * @param id what copies of one number share, so that what is learnt of one holds for all; 0 for none
 * @param shifted whether {@code delta} was added since the id was given
 * @param delta what was added: the number minus that of the copies that are not shifted
 */
record Scalar(ScalarRange range, int id, boolean shifted, int delta) implements Value {

    /** Any number at all. */
    static final Scalar UNKNOWN = new Scalar(ScalarRange.UNKNOWN);
    static final Scalar ZERO = new Scalar(ScalarRange.ZERO);

    Scalar(ScalarRange range) {
        this(range, 0, false, 0);
    }

    static Scalar constant(long value) {
        return value == 0 ? ZERO : new Scalar(ScalarRange.constant(value));
    }

    Scalar withoutId() {
        return id == 0 ? this : new Scalar(range);
    }

    Scalar withId(int newId) {
        return new Scalar(range, newId, false, 0);
    }

    Scalar withRange(ScalarRange newRange) {
        return newRange == range ? this : new Scalar(newRange, id, shifted, delta);
    }

    @Override
    public String toString() {
        return range.toString();
    }
}
