package io.bpf4j.vm.memory;

/** An access outside the memory, or outside what may be touched; the message names the address and the place. */
public final class MemoryFaultException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long address;

    /** Makes the exception; compiled programs find their instruction in its stack trace. */
    public MemoryFaultException(long address, String what) {
        super(what);
        this.address = address;
    }

    /** Returns the first byte of the access. */
    public long address() {
        return address;
    }
}
