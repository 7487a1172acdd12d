package io.bpf4j.loader.elf;

/**
 * {@code Elf64_Dyn}, one entry of the dynamic section (System V gABI, "Dynamic Section").
 *
 * <pre>
 *  0     8                  16
 *  +-----+------------------+
 *  | tag | value or address |
 *  +-----+------------------+
 * </pre>
 */
final class DynamicDescriptor {

    static final int TAG_OFFSET = 0;
    static final int VALUE_OFFSET = 8;
    static final int SIZE = 16;

    /** DT_NULL ends the section. */
    static final long END = 0;
    static final long NEEDED = 1;
    static final long STRINGS = 5;
    static final long SYMBOLS = 6;
    static final long STRINGS_SIZE = 10;
    static final long RELOCATIONS = 7;
    static final long RELOCATIONS_SIZE = 8;
    static final long SONAME = 14;
    static final long RPATH = 15;
    static final long RUNPATH = 29;
    static final long RELATIVE_SIZE = 35;
    static final long RELATIVE = 36;
    static final long FLAGS_1 = 0x6ffffffbL;
    static final long GNU_HASH = 0x6ffffef5L;

    /** DF_1_PIE: a position-independent executable and not a library. */
    static final long FLAG_PIE = 0x08000000L;

    private DynamicDescriptor() {}
}
