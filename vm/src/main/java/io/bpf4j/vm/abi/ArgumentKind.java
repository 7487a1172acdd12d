package io.bpf4j.vm.abi;

/** What a helper expects in one argument register (include/linux/bpf.h, enum bpf_arg_type). */
public enum ArgumentKind {
    /** Any number: flags, an index, an id. (The kernel does not tell it from {@link #ANYTHING}.) */
    SCALAR,
    /** The program's own context. */
    CONTEXT,
    /** The program's own context, or null. */
    CONTEXT_OR_NULL,
    /** A map. */
    MAP,
    /** Initialised memory of the map's key size. */
    MAP_KEY,
    /** Initialised memory of the map's value size. */
    MAP_VALUE,
    /** Initialised memory of the map's value size, or null. */
    MAP_VALUE_OR_NULL,
    /** Memory of the map's value size that the helper fills. */
    UNINITIALISED_MAP_VALUE,
    /** Initialised memory; its size is the next argument. */
    MEMORY,
    /** Initialised memory or null; its size is the next argument. */
    MEMORY_OR_NULL,
    /** Initialised memory that the helper changes; its size is the next argument. */
    WRITABLE_MEMORY,
    /** Initialised memory that the helper changes, or null; its size is the next argument. */
    WRITABLE_MEMORY_OR_NULL,
    /** Memory that the helper fills; its size is the next argument. */
    UNINITIALISED_MEMORY,
    /** The size in bytes of the memory argument before it, above zero. */
    SIZE,
    /** The size in bytes of the memory argument before it, zero allowed. */
    SIZE_OR_ZERO,
    /** A constant number of bytes: the size of the memory that is returned. */
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
    /** Initialised memory of 4 bytes that the helper changes. */
    WORD_UPDATE,
    /** Initialised memory of 20 bytes: {@code struct iphdr}. */
    IPV4_HEADER,
    /** Initialised memory of 40 bytes: {@code struct ipv6hdr}. */
    IPV6_HEADER,
    /** Initialised memory of 20 bytes: {@code struct tcphdr}. */
    TCP_HEADER,
    /** A kernel object described by BTF. */
    BTF_POINTER,
    /** A kernel object described by BTF, or null. */
    BTF_POINTER_OR_NULL,
    /** A socket, of any of the kernel's kinds. */
    SOCKET,
    /** A kernel variable of which every CPU has a copy. */
    PER_CPU_VARIABLE,
    /** A {@code bpf_spin_lock} in a map value. */
    SPIN_LOCK,
    /** A {@code bpf_timer} in a map value. */
    TIMER,
    /** A field of a map value that owns a kernel object. */
    KERNEL_POINTER_SLOT,
    /** A {@code bpf_dynptr} on the stack. */
    DYNAMIC_POINTER,
    /** A {@code bpf_dynptr} on the stack that the helper fills. */
    UNINITIALISED_DYNAMIC_POINTER,
    /** Anything that is initialised: a number or a pointer. */
    ANYTHING
}
