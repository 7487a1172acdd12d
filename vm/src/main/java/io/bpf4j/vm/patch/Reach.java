package io.bpf4j.vm.patch;

/**
 * The addresses at which code may begin, so that all its 32-bit distances fit.
 *
 * @param highest the last of them
 */
public record Reach(long lowest, long highest) {

    /** Everywhere. */
    public static final Reach ANYWHERE = new Reach(Long.MIN_VALUE, Long.MAX_VALUE);

    /**
     * Returns where code may begin that names an address.
     *
     * @param end where the naming instruction ends, in bytes from the code's start
     */
    static Reach to(long target, int end) {
        return new Reach(target - end - Integer.MAX_VALUE, target - end - Integer.MIN_VALUE);
    }

    /** Returns where an instruction that ends at an address can lead. */
    static Reach from(long end) {
        return new Reach(end + Integer.MIN_VALUE, end + Integer.MAX_VALUE);
    }

    /** Returns the addresses that are in both. */
    public Reach and(Reach other) {
        return new Reach(Math.max(lowest, other.lowest), Math.min(highest, other.highest));
    }

    /** Returns whether an address is one of these. */
    public boolean contains(long address) {
        return address >= lowest && address <= highest;
    }
}
