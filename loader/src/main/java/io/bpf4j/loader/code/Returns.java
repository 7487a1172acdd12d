package io.bpf4j.loader.code;

import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.loader.elf.SymbolIndex;
import io.bpf4j.loader.elf.SymbolResolver;
import io.bpf4j.vm.patch.Block;
import io.bpf4j.vm.patch.FunctionCode;
import java.util.List;
import java.util.Optional;

/** Finds the instructions by which functions return, in files. */
public final class Returns {

    private Returns() {}

    /**
     * Returns file offsets of the return instructions of a function, ascending; empty if no symbol tells its size.
     *
     * @param fileOffset of the function's first instruction
     */
    public static List<Long> of(SymbolResolver symbols, long fileOffset) {
        ElfFile file = symbols.file();
        Optional<SymbolIndex.Extent> extent = symbols.index().extent(fileOffset)
                .filter(function -> function.start() == fileOffset
                        && function.size() == (int) function.size());
        return extent.map(function -> {
            Block code = new Block(fileOffset, file.read(fileOffset, (int) function.size()));
            return FunctionCode.of(code, code.range()).returns();
        }).orElse(List.of());
    }
}
