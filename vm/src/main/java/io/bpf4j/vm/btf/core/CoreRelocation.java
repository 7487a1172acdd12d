package io.bpf4j.vm.btf.core;

/**
 * One question of a program about the kernel's types (include/uapi/linux/bpf.h, struct bpf_core_relo).
 *
 * @param type the id, in the object's own types, of the type that the access starts at
 * @param access indexes of fields, elements or constants, such as {@code 0:1:2}; {@code 0} for questions about types
 */
public record CoreRelocation(int type, String access, CoreKind kind) {}
