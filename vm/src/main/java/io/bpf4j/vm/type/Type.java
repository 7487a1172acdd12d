package io.bpf4j.vm.type;

/**
 * A type of the probe language: C's, with a fixed size, a natural alignment and one layout everywhere
 * (x86-64 SysV).
 */
public sealed interface Type permits IntType, EnumType, PointerType, ArrayType, StructType, VoidType {

    /** Returns the size in bytes; 0 for void. */
    int size();

    /** Returns the alignment in bytes, a power of two. */
    int alignment();

    /** Returns the spelling in source text, such as {@code u32}, {@code char[16]} or {@code struct event}. */
    String spelling();
}
