package io.bpf4j.loader.user;

import io.bpf4j.loader.elf.Segment;
import io.bpf4j.loader.elf.SymbolIndex;
import io.bpf4j.loader.elf.SymbolResolver;
import io.bpf4j.loader.proc.FileIdentity;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.vm.patch.Block;
import io.bpf4j.vm.patch.CodeMap;
import io.bpf4j.vm.patch.FunctionCode;
import io.bpf4j.vm.patch.ModuleText;
import io.bpf4j.vm.patch.PatchPlanner;
import io.bpf4j.vm.patch.Range;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The code of one file in one process: where it is, which functions it has, and how it can be patched. */
final class ModuleCode {

    /** How much code after a site is looked at where no symbol tells the function's size, in bytes. */
    private static final int UNKNOWN_FUNCTION = 256;

    private final SymbolIndex symbols;
    private final Segment segment;
    /** The address of the file's first byte, were it mapped there as it is. */
    private final long fileBias;
    private final Block text;
    private final List<Block> data;
    private PatchPlanner planner;

    private ModuleCode(SymbolResolver symbols, Segment segment, long fileBias, Block text, List<Block> data) {
        this.symbols = symbols.index();
        this.segment = segment;
        this.fileBias = fileBias;
        this.text = text;
        this.data = data;
    }

    /**
     * Reads a module.
     *
     * @param file by which we can open it
     * @param fileOffset a byte of its code that is wanted
     * @param memory the process's
     * @return empty if the process has not mapped that part of the file for execution
     */
    static Optional<ModuleCode> of(Path file, SymbolResolver symbols, long fileOffset, MemoryMaps maps,
            MemoryReader memory) {
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
        Segment code = segment.get();
        Block text = new Block(bias + code.offset(),
                symbols.file().read(code.offset(), (int) code.fileSize()));
        long loaded = bias + code.offset() - code.address();
        return Optional.of(new ModuleCode(symbols, code, bias, text, data(symbols, loaded, memory)));
    }

    /** Reads what is not code, as it is in the process: relocated. */
    private static List<Block> data(SymbolResolver symbols, long loaded, MemoryReader memory) {
        List<Block> blocks = new ArrayList<>();
        for (Segment one : symbols.file().segments()) {
            if (one.type() == Segment.LOAD && !one.isExecutable() && one.fileSize() > 0) {
                memory.read(loaded + one.address(), (int) one.fileSize())
                        .ifPresent(bytes -> blocks.add(new Block(loaded + one.address(), bytes)));
            }
        }
        return blocks;
    }

    /** Returns the address of a byte of the file. */
    long address(long fileOffset) {
        return fileBias + fileOffset;
    }

    /** Returns whether a byte of the file is in this code. */
    boolean holds(long fileOffset) {
        return segment.holdsOffset(fileOffset);
    }

    /** Returns the code as the file has it. */
    Block text() {
        return text;
    }

    /** Returns the function that an address is in, as far as symbols tell. */
    FunctionCode function(long address) {
        Range range = symbols.extent(address - fileBias)
                .map(extent -> new Range(address(extent.start()),
                        Math.min(address(extent.start()) + extent.size(), text.range().end())))
                .orElseGet(() -> unknown(address));
        return FunctionCode.of(text, range);
    }

    private Range unknown(long address) {
        long next = planner().map().module().nextStart(address);
        return new Range(address, Math.min(next, address + UNKNOWN_FUNCTION));
    }

    /** Returns who plans patches here. */
    PatchPlanner planner() {
        if (planner == null) {
            long[] starts = Arrays.stream(symbols.starts()).filter(segment::holdsOffset).map(this::address)
                    .toArray();
            planner = new PatchPlanner(CodeMap.of(new ModuleText(text, data, starts, new long[0])));
        }
        return planner;
    }
}
