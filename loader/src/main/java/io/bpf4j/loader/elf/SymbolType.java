package io.bpf4j.loader.elf;

import java.util.Arrays;

/** What a symbol stands for: {@code ELF64_ST_TYPE} (System V gABI, and the GNU extension 10). */
public enum SymbolType {
    /** STT_NOTYPE: nothing said, often a label in assembly. */
    NONE(0),
    /** STT_OBJECT: data. */
    OBJECT(1),
    /** STT_FUNC: code. */
    FUNCTION(2),
    /** STT_SECTION. */
    SECTION(3),
    /** STT_FILE: name of a source file. */
    FILE(4),
    /** STT_COMMON: data not yet placed. */
    COMMON(5),
    /** STT_TLS: offset in the thread's block, not an address. */
    THREAD_LOCAL(6),
    /** STT_GNU_IFUNC: the address is that of a resolver, which chooses the real function when the file is loaded. */
    INDIRECT_FUNCTION(10),
    /** Any other number. */
    OTHER(-1);

    private static final SymbolType[] BY_NUMBER = new SymbolType[16];

    static {
        Arrays.fill(BY_NUMBER, OTHER);
        for (SymbolType type : values()) {
            if (type.number >= 0) {
                BY_NUMBER[type.number] = type;
            }
        }
    }

    private final int number;

    SymbolType(int number) {
        this.number = number;
    }

    /** @param number the low four bits of {@code st_info} */
    static SymbolType of(int number) {
        return BY_NUMBER[number];
    }

    /** Whether the address is that of code that can be called. */
    public boolean isFunction() {
        return this == FUNCTION || this == INDIRECT_FUNCTION;
    }

    /** Whether a probe can sit at such a symbol: functions, and labels of assembly. */
    public boolean isCode() {
        return isFunction() || this == NONE;
    }
}
