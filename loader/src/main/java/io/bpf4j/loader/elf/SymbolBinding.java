package io.bpf4j.loader.elf;

/** How far a symbol is seen: {@code ELF64_ST_BIND}. In the order of preference among several of one name. */
public enum SymbolBinding {
    /** STB_GLOBAL. */
    GLOBAL,
    /** STB_GNU_UNIQUE: one in the whole process. */
    UNIQUE,
    /** STB_WEAK. */
    WEAK,
    /** STB_LOCAL: seen in its own object file only. */
    LOCAL,
    /** Any other number. */
    OTHER;

    /** @param number the high four bits of {@code st_info} */
    static SymbolBinding of(int number) {
        return switch (number) {
            case 0 -> LOCAL;
            case 1 -> GLOBAL;
            case 2 -> WEAK;
            case 10 -> UNIQUE;
            default -> OTHER;
        };
    }
}
