package io.bpf4j.vm.isa;

/**
 * One of the eleven eBPF registers (RFC 9669, section 2.1).
 *
 * <p>{@code R0} carries results, {@code R1} to {@code R5} arguments and are lost in a call, {@code R6} to
 * {@code R9} survive calls, {@code R10} is the read-only frame pointer.
 */
public enum Register implements Operand {
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10;

    /** The frame pointer; the stack grows down from it, 512 bytes at most. */
    public static final Register FRAME = R10;

    private static final Register[] ALL = values();

    /** Returns the number in the encoding, 0 to 10. */
    public int number() {
        return ordinal();
    }

    /**
     * Returns the register with a number.
     *
     * @throws IllegalArgumentException if the number is not in 0 to 10
     */
    public static Register of(int number) {
        if (number < 0 || number >= ALL.length) {
            throw new IllegalArgumentException("no register r" + number);
        }
        return ALL[number];
    }

    @Override
    public String toString() {
        return "r" + ordinal();
    }
}
