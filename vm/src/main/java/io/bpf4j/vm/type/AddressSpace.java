package io.bpf4j.vm.type;

/** Whose memory a pointer points into, which decides how it may be read. */
public enum AddressSpace {
    /**
     * The program's own: stack, map values, ring records, context. Read and written directly, bounds proved
     * by the verifier.
     */
    OWN,
    /** The traced process. Read through a checked copy (probe_read_user), never written. */
    USER,
    /** The kernel. Read through a checked copy (probe_read_kernel), never written. */
    KERNEL
}
