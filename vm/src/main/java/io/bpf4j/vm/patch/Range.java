package io.bpf4j.vm.patch;

/**
 * Addresses from one on, up to another.
 *
 * @param end the first address after them, not below the start
 */
public record Range(long start, long end) {

    /** Checks the order. */
    public Range {
        if (end < start) {
            throw new IllegalArgumentException("range ends at 0x%x, before 0x%x".formatted(end, start));
        }
    }

    /** Returns the addresses of a number of bytes. */
    public static Range of(long start, long bytes) {
        return new Range(start, start + bytes);
    }

    /** Returns the number of bytes. */
    public long size() {
        return end - start;
    }

    /** Returns whether an address is one of these. */
    public boolean contains(long address) {
        return address >= start && address < end;
    }

    /** Returns whether some address is in both. */
    public boolean meets(Range other) {
        return start < other.end && other.start < end;
    }

    @Override
    public String toString() {
        return "0x%x..0x%x".formatted(start, end);
    }
}
