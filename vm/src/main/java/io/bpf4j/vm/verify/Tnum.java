package io.bpf4j.vm.verify;

/**
 * A number of which some bits are known: a tristate number (kernel/bpf/tnum.c).
 *
 * @param value the known bits that are one
 * @param mask the bits that are not known; none of them is set in {@code value}
 */
record Tnum(long value, long mask) {

    /** Nothing is known. */
    static final Tnum UNKNOWN = new Tnum(0, -1);

    private static final long LOW = 0xffff_ffffL;

    static Tnum constant(long value) {
        return new Tnum(value, 0);
    }

    /** Returns the least precise number that has all of an unsigned range. */
    static Tnum range(long minimum, long maximum) {
        long differing = minimum ^ maximum;
        int bits = Long.SIZE - Long.numberOfLeadingZeros(differing);
        if (bits > 63) {
            return UNKNOWN;
        }
        long mask = (1L << bits) - 1;
        return new Tnum(minimum & ~mask, mask);
    }

    boolean isConstant() {
        return mask == 0;
    }

    boolean isConstant(long number) {
        return mask == 0 && value == number;
    }

    /** Returns whether every number of the other is one of this. */
    boolean contains(Tnum other) {
        return (other.mask & ~mask) == 0 && (other.value & ~mask) == value;
    }

    /** Returns whether there is a number in both. */
    boolean overlaps(Tnum other) {
        long known = ~mask & ~other.mask;
        return (value & known) == (other.value & known);
    }

    /** Returns whether it is a multiple of a power of two. */
    boolean isAligned(long size) {
        return ((value | mask) & size - 1) == 0;
    }

    Tnum add(Tnum other) {
        long sumOfMasks = mask + other.mask;
        long sumOfValues = value + other.value;
        long changed = sumOfMasks + sumOfValues ^ sumOfValues;
        long unknown = changed | mask | other.mask;
        return new Tnum(sumOfValues & ~unknown, unknown);
    }

    Tnum subtract(Tnum other) {
        long difference = value - other.value;
        long changed = difference + mask ^ difference - other.mask;
        long unknown = changed | mask | other.mask;
        return new Tnum(difference & ~unknown, unknown);
    }

    Tnum and(Tnum other) {
        long ones = value & other.value;
        long possible = (value | mask) & (other.value | other.mask);
        return new Tnum(ones, possible & ~ones);
    }

    Tnum or(Tnum other) {
        long ones = value | other.value;
        long unknown = mask | other.mask;
        return new Tnum(ones, unknown & ~ones);
    }

    Tnum xor(Tnum other) {
        long unknown = mask | other.mask;
        return new Tnum((value ^ other.value) & ~unknown, unknown);
    }

    Tnum multiply(Tnum other) {
        Tnum unknown = constant(0);
        Tnum left = this;
        Tnum right = other;
        while (left.value != 0 || left.mask != 0) {
            if ((left.value & 1) != 0) {
                unknown = unknown.add(new Tnum(0, right.mask));
            } else if ((left.mask & 1) != 0) {
                unknown = unknown.add(new Tnum(0, right.value | right.mask));
            }
            left = left.shiftRight(1);
            right = right.shiftLeft(1);
        }
        return constant(value * other.value).add(unknown);
    }

    Tnum shiftLeft(int count) {
        return new Tnum(value << count, mask << count);
    }

    Tnum shiftRight(int count) {
        return new Tnum(value >>> count, mask >>> count);
    }

    /** Shifts copies of the highest bit in, known or not. */
    Tnum shiftRightSigned(int count, boolean wide) {
        if (wide) {
            return new Tnum(value >> count, mask >> count);
        }
        return new Tnum((int) value >> count & LOW, (int) mask >> count & LOW);
    }

    /** Returns what is known if both are true; bits that contradict each other become ones. */
    Tnum intersect(Tnum other) {
        long ones = value | other.value;
        long unknown = mask & other.mask;
        return new Tnum(ones & ~unknown, unknown);
    }

    /** Turns the order of the lowest bytes round and clears the others (kernel/bpf/tnum.c, tnum_bswap32). */
    Tnum swapBytes(int bytes) {
        int unused = Long.SIZE - bytes * Byte.SIZE;
        return new Tnum(Long.reverseBytes(value) >>> unused, Long.reverseBytes(mask) >>> unused);
    }

    /** Keeps the lowest bytes. */
    Tnum truncate(int bytes) {
        if (bytes == Long.BYTES) {
            return this;
        }
        long kept = (1L << bytes * Byte.SIZE) - 1;
        return new Tnum(value & kept, mask & kept);
    }

    Tnum lowHalf() {
        return new Tnum(value & LOW, mask & LOW);
    }

    Tnum highHalf() {
        return new Tnum(value & ~LOW, mask & ~LOW);
    }
}
