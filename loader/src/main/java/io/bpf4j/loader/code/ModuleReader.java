package io.bpf4j.loader.code;

import io.bpf4j.loader.elf.ElfException;
import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.loader.elf.Segment;
import io.bpf4j.loader.elf.Symbol;
import io.bpf4j.loader.elf.SymbolTable;
import io.bpf4j.vm.patch.Block;
import io.bpf4j.vm.patch.ModuleText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Reads the code of an ELF file as a process has it. */
public final class ModuleReader {
    private final ElfFile file;
    private final long bias;

    private ModuleReader(ElfFile file, long bias) {
        this.file = file;
        this.bias = bias;
    }

    /**
     * Reads each executable segment of a file.
     *
     * @param bias what is added to the file's virtual addresses where it is loaded; 0 at fixed addresses
     * @throws ElfException if a segment is larger than 2 GiB
     */
    public static List<ModuleText> read(ElfFile file, long bias) {
        return new ModuleReader(file, bias).read();
    }

    private List<ModuleText> read() {
        List<Block> code = new ArrayList<>();
        List<Block> data = new ArrayList<>();
        for (Segment segment : file.segments()) {
            if (segment.type() == Segment.LOAD && segment.fileSize() > 0) {
                (segment.isExecutable() ? code : data).add(block(segment));
            }
        }
        relocate(data);
        long[] starts = starts();
        return code.stream().map(text -> new ModuleText(text, data, within(text, starts), new long[0]))
                .toList();
    }

    private Block block(Segment segment) {
        if (segment.fileSize() != (int) segment.fileSize()) {
            throw new ElfException(file.path(), "has a segment of more than 2 GiB", null);
        }
        return new Block(segment.address() + bias, file.read(segment.offset(), (int) segment.fileSize()));
    }

    /** Does what the dynamic linker does, as far as it concerns addresses of this file. */
    private void relocate(List<Block> data) {
        file.forEachRelativeWord((at, value) -> {
            for (Block block : data) {
                if (block.has(at + bias, Long.BYTES)) {
                    ByteBuffer.wrap(block.bytes()).order(ByteOrder.LITTLE_ENDIAN)
                            .putLong((int) (at + bias - block.address()), value + bias);
                }
            }
        });
    }

    private long[] starts() {
        var starts = LongStream.builder();
        Stream.of(file.dynamicSymbols(), file.fullSymbols()).flatMap(table -> table.stream())
                .forEach(table -> add(table, starts));
        return starts.build().toArray();
    }

    private void add(SymbolTable table, LongStream.Builder starts) {
        table.forEach((Symbol symbol) -> {
            if (symbol.isDefined() && symbol.type().isFunction()) {
                starts.add(symbol.address() + bias);
            }
        });
    }

    private static long[] within(Block text, long[] starts) {
        return LongStream.of(starts).filter(text.range()::contains).toArray();
    }
}
