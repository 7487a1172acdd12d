package io.bpf4j.vm.abi;

/** What a helper leaves in R0 (include/linux/bpf.h, enum bpf_return_type). */
public enum ReturnKind {
    INTEGER,
    VOID,
    MAP_VALUE_OR_NULL,
    RING_RECORD_OR_NULL,
    BTF_POINTER,
    BTF_POINTER_OR_NULL,
    MEMORY_OR_NULL
}
