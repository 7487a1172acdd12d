package io.bpf4j.loader.user;

import io.bpf4j.loader.code.ModuleReader;
import io.bpf4j.loader.elf.Segment;
import io.bpf4j.loader.elf.SymbolIndex;
import io.bpf4j.loader.elf.SymbolResolver;
import io.bpf4j.loader.proc.FileIdentity;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.vm.patch.CodeMap;
import io.bpf4j.vm.patch.FunctionCode;
import io.bpf4j.vm.patch.ModuleText;
import io.bpf4j.vm.patch.PatchPlanner;
import io.bpf4j.vm.patch.Range;
import java.nio.file.Path;
import java.util.Optional;

/** The code of one file in one process: where it is, which functions it has, and how it can be patched. */
final class ModuleCode {

    /** How much code after a site is looked at where no symbol tells the function's size, in bytes. */
    private static final int UNKNOWN_FUNCTION = 256;

    private final SymbolIndex symbols;
    private final Segment segment;
    /** The address of the file's first byte, were it mapped there as it is. */
    private final long fileBias;
    private final ModuleText module;
    private PatchPlanner planner;

    private ModuleCode(SymbolIndex symbols, Segment segment, long fileBias, ModuleText module) {
        this.symbols = symbols;
        this.segment = segment;
        this.fileBias = fileBias;
        this.module = module;
    }

    /**
     * Reads a module.
     *
     * @param file by which we can open it
     * @param fileOffset a byte of its code that is wanted
     * @return empty if the process has not mapped that part of the file for execution
     */
    static Optional<ModuleCode> of(Path file, SymbolResolver symbols, long fileOffset, MemoryMaps maps) {
        Optional<Segment> segment = symbols.file().segments().stream()
                .filter(one -> one.isExecutable() && one.holdsOffset(fileOffset)).findFirst();
        Optional<Mapping> mapping = FileIdentity.of(file).flatMap(identity -> maps.mappings().stream()
                .filter(one -> one.isExecutable() && one.hasFile() && one.inode() == identity.inode()
                        && fileOffset >= one.offset()
                        && fileOffset < one.offset() + (one.end() - one.start()))
                .findFirst());
        if (segment.isEmpty() || mapping.isEmpty()) {
            return Optional.empty();
        }
        long bias = mapping.get().start() - mapping.get().offset();
        long loaded = bias + segment.get().offset() - segment.get().address();
        return ModuleReader.read(symbols.file(), loaded).stream()
                .filter(module -> module.text().has(bias + fileOffset, 1)).findFirst()
                .map(module -> new ModuleCode(symbols.index(), segment.get(), bias, module));
    }

    /** Returns the address of a byte of the file. */
    long address(long fileOffset) {
        return fileBias + fileOffset;
    }

    /** Returns whether a byte of the file is in this code. */
    boolean holds(long fileOffset) {
        return segment.holdsOffset(fileOffset);
    }

    /** Returns the function that an address is in, as far as symbols tell. */
    FunctionCode function(long address) {
        Range range = symbols.extent(address - fileBias)
                .map(extent -> new Range(address(extent.start()),
                        Math.min(address(extent.start()) + extent.size(), module.text().range().end())))
                .orElseGet(() -> unknown(address));
        return FunctionCode.of(module.text(), range);
    }

    private Range unknown(long address) {
        long next = module.nextStart(address);
        return new Range(address, Math.min(next, address + UNKNOWN_FUNCTION));
    }

    /** Returns who plans patches here. */
    PatchPlanner planner() {
        if (planner == null) {
            planner = new PatchPlanner(CodeMap.of(module));
        }
        return planner;
    }
}
