package io.bpf4j.vm.abi;

/** What a helper expects in one argument register (include/linux/bpf.h, enum bpf_arg_type). */
public enum ArgumentKind {
    /** Any number. */
    SCALAR,
    /** The program's own context. */
    CONTEXT,
    /** A map. */
    MAP,
    /** Initialised memory of the map's key size. */
    MAP_KEY,
    /** Initialised memory of the map's value size. */
    MAP_VALUE,
    /** Memory of the map's value size that the helper fills. */
    UNINITIALISED_MAP_VALUE,
    /** Initialised memory; its size is the next argument. */
    MEMORY,
    /** Initialised memory or null; its size is the next argument. */
    MEMORY_OR_NULL,
    /** Memory that the helper fills; its size is the next argument. */
    UNINITIALISED_MEMORY,
    /** The size in bytes of the memory argument before it, above zero. */
    SIZE,
    /** The size in bytes of the memory argument before it, zero allowed. */
    SIZE_OR_ZERO,
    /** A constant size of a ring buffer reservation. */
    ALLOCATION_SIZE,
    /** A reserved ring buffer record. */
    RING_RECORD,
    /** A function of this program. */
    CALLBACK,
    /** A pointer to anything on the stack, or null: what a callback gets. */
    STACK_OR_NULL,
    /** A read-only, zero-terminated constant string in a map value. */
    CONSTANT_STRING,
    /** Memory of 8 bytes that the helper fills with a number. */
    LONG_RESULT,
    /** A kernel object described by BTF. */
    BTF_POINTER,
    /** Anything, not checked. */
    ANYTHING
}
