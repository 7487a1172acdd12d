package io.bpf4j.loader.elf;

import java.nio.file.Path;

/**
 * A symbol with the place in the file where a probe goes.
 *
 * @param symbol     name, address, size in bytes, type
 * @param file       the file that holds the code, by a path that we can open
 * @param fileOffset of the first instruction, bytes
 * @param source     which table named it
 * @param sourceFile the file that holds that table: {@code file}, or a separate debug file
 */
public record ResolvedSymbol(Symbol symbol, Path file, long fileOffset, SymbolSource source,
        Path sourceFile) {

    /** Size of the function in bytes, 0 when the file does not say. */
    public long size() {
        return symbol.size();
    }
}
