package io.bpf4j.vm.isa;

/** Bytes that encode no instruction of RFC 9669; the message names the slot and the field that is wrong. */
public final class MalformedProgramException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int slot;

    /** Makes the exception for the instruction at a slot. */
    public MalformedProgramException(int slot, String what) {
        super("instruction " + slot + ": " + what);
        this.slot = slot;
    }

    /** Returns the index of the 64-bit slot at which the instruction starts. */
    public int slot() {
        return slot;
    }
}
