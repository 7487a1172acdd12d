package io.bpf4j.vm.abi;

/** What a helper leaves in R0 (include/linux/bpf.h, enum bpf_return_type). */
public enum ReturnKind {
    /** A number. */
    INTEGER,
    /** Nothing that may be read. */
    VOID,
    /** The value of a map entry, or null. */
    MAP_VALUE_OR_NULL,
    /** The value of a map entry, never null. */
    MAP_VALUE,
    /** A reserved record of a ring, which must be submitted or discarded, or null. */
    RING_RECORD_OR_NULL,
    /** A kernel object described by BTF. */
    BTF_POINTER,
    /** A kernel object described by BTF, or null. */
    BTF_POINTER_OR_NULL,
    /** Memory of the size that an {@link ArgumentKind#ALLOCATION_SIZE} argument gave, or null. */
    MEMORY_OR_NULL,
    /** A socket, or null. */
    SOCKET_OR_NULL,
    /** The read-only copy of one CPU of a kernel variable. */
    VARIABLE,
    /** The read-only copy of one CPU of a kernel variable, or null. */
    VARIABLE_OR_NULL
}
