package io.bpf4j.loader.inject;

/**
 * Addresses from one up to, but not with, another.
 *
 * @param start the first
 * @param end the one behind the last
 */
public record Range(long start, long end) {
    /** Checks the order. */
    public Range {
        if (Long.compareUnsigned(end, start) < 0) {
            throw new IllegalArgumentException("0x%x is before 0x%x".formatted(end, start));
        }
    }

    /** The addresses of {@code length} bytes. */
    public static Range of(long start, long length) {
        return new Range(start, start + length);
    }

    /** Returns whether an address is one of them, the first included. */
    public boolean contains(long address) {
        return Long.compareUnsigned(address - start, end - start) < 0;
    }

    /** Returns how many they are. */
    public long length() {
        return end - start;
    }
}
