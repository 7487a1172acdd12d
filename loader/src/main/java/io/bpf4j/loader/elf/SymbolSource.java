package io.bpf4j.loader.elf;

/** Which rung of the ladder gave a symbol; tried in this order. */
public enum SymbolSource {
    /** {@code .dynsym} of the file itself. */
    DYNAMIC("dynsym"),
    /** {@code .symtab} of the file itself. */
    FULL("symtab"),
    /** {@code .symtab} of the debug file with the same build id. */
    BUILD_ID("build-id"),
    /** {@code .symtab} of the debug file that {@code .gnu_debuglink} names. */
    DEBUG_LINK("debuglink");

    private final String label;

    SymbolSource(String label) {
        this.label = label;
    }

    /** The name for people. */
    @Override
    public String toString() {
        return label;
    }
}
