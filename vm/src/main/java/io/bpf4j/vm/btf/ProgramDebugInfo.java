package io.bpf4j.vm.btf;

import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.SourceLine;
import io.bpf4j.vm.type.IntType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the kernel is told about one program's functions and source lines (include/uapi/linux/bpf.h,
 * struct bpf_func_info and struct bpf_line_info). The ids and string offsets are those of one {@link BtfBuilder}.
 *
 * @param functions one record for each function, by rising slot
 * @param lines by rising slot, one at each function's start (kernel/bpf/verifier.c, check_btf_line); may be empty
 */
public record ProgramDebugInfo(List<FunctionRecord> functions, List<LineRecord> lines) {

    /** A function starts at a slot. */
    public record FunctionRecord(int slot, int type) {}

    /** From a slot on, instructions come from this place. The strings are offsets. */
    public record LineRecord(int slot, int file, int text, int lineAndColumn) {}

    /** Copies the lists. */
    public ProgramDebugInfo {
        functions = List.copyOf(functions);
        lines = List.copyOf(lines);
    }

    /** Adds a program's functions and lines to a builder. */
    public static ProgramDebugInfo add(BtfBuilder builder, Program program) {
        List<FunctionRecord> functions = new ArrayList<>();
        for (Function function : functionsOf(program)) {
            functions.add(new FunctionRecord(function.slot(), addFunction(builder, program, function)));
        }
        List<LineRecord> lines = new ArrayList<>();
        linesOf(program).forEach((slot,
                line) -> lines.add(new LineRecord(slot, builder.addString(line.file()),
                        builder.addString(line.text()),
                        BtfLayout.lineAndColumn(line.line(), line.column()))));
        return new ProgramDebugInfo(functions, lines);
    }

    /** Returns the bytes for {@code func_info}; each record has {@link BtfLayout#FUNCTION_RECORD_SIZE} bytes. */
    public byte[] functionBytes() {
        ByteBuffer out = buffer(functions.size() * BtfLayout.FUNCTION_RECORD_SIZE);
        functions.forEach(function -> out.putInt(function.slot()).putInt(function.type()));
        return out.array();
    }

    /** Returns the bytes for {@code line_info}; each record has {@link BtfLayout#LINE_RECORD_SIZE} bytes. */
    public byte[] lineBytes() {
        ByteBuffer out = buffer(lines.size() * BtfLayout.LINE_RECORD_SIZE);
        lines.forEach(line -> out.putInt(line.slot()).putInt(line.file()).putInt(line.text())
                .putInt(line.lineAndColumn()));
        return out.array();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static List<Function> functionsOf(Program program) {
        return program.functions().isEmpty()
                ? List.of(new Function(program.name(), 0, List.of(), IntType.S32))
                : program.functions();
    }

    private static int addFunction(BtfBuilder builder, Program program, Function function) {
        List<BtfBuilder.Parameter> parameters = new ArrayList<>();
        for (Function.Parameter parameter : function.parameters()) {
            parameters.add(new BtfBuilder.Parameter(parameter.name(), builder.add(parameter.type())));
        }
        boolean main = function.slot() == 0;
        if (main && parameters.isEmpty()) {
            int context = program.type().context().map(builder::add).orElse(0);
            parameters.add(new BtfBuilder.Parameter("ctx", builder.addPointer(context)));
        }
        return builder.addFunction(function.name(), parameters, builder.add(function.result()),
                main ? BtfBuilder.Linkage.GLOBAL : BtfBuilder.Linkage.STATIC);
    }

    private static Map<Integer, SourceLine> linesOf(Program program) {
        Instructions instructions = Instructions.of(program.instructions());
        TreeMap<Integer, SourceLine> lines = new TreeMap<>();
        program.lines().stream().filter(line -> instructions.startsAt(line.slot()))
                .forEach(line -> lines.put(line.slot(), line));
        if (lines.isEmpty()) {
            return lines;
        }
        for (Function function : functionsOf(program)) {
            if (!lines.containsKey(function.slot())) {
                var near = lines.higherEntry(function.slot());
                lines.put(function.slot(),
                        (near == null ? lines.lowerEntry(function.slot()) : near).getValue());
            }
        }
        return lines;
    }
}
