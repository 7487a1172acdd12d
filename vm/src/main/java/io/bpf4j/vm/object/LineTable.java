package io.bpf4j.vm.object;

import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.SourceLine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The source lines of programs: most of a unit, and mostly the same few texts again.
 *
 * @param strings files and texts, each once
 * @param programs the rows of each program, in the unit's order
 */
record LineTable(List<String> strings, List<Rows> programs) {

    /**
     * One program's lines, little-endian.
     *
     * <pre>
     *  0       4       8       12       16
     *  | slot  | file  | line  | column | text  |    file and text count in {@link LineTable#strings}
     * </pre>
     */
    record Rows(byte[] bytes) {
        private static final int SIZE = 5 * Integer.BYTES;
    }

    static LineTable of(List<Program> programs) {
        Map<String, Integer> numbers = new HashMap<>();
        List<String> strings = new ArrayList<>();
        List<Rows> all = new ArrayList<>();
        for (Program program : programs) {
            ByteBuffer rows = ByteBuffer.allocate(program.lines().size() * Rows.SIZE)
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (SourceLine line : program.lines()) {
                rows.putInt(line.slot()).putInt(number(line.file(), numbers, strings)).putInt(line.line())
                        .putInt(line.column()).putInt(number(line.text(), numbers, strings));
            }
            all.add(new Rows(rows.array()));
        }
        return new LineTable(strings, all);
    }

    private static int number(String string, Map<String, Integer> numbers, List<String> strings) {
        Integer known = numbers.putIfAbsent(string, strings.size());
        if (known != null) {
            return known;
        }
        strings.add(string);
        return strings.size() - 1;
    }

    /**
     * Returns the lines of a program.
     *
     * @param program counted as in the unit
     * @throws ObjectException if there are none for it, or they name strings that are not there
     */
    List<SourceLine> of(int program) {
        if (program >= programs.size() || programs.get(program).bytes().length % Rows.SIZE != 0) {
            throw new ObjectException("no lines for program " + program + " of the object");
        }
        ByteBuffer rows = ByteBuffer.wrap(programs.get(program).bytes()).order(ByteOrder.LITTLE_ENDIAN);
        List<SourceLine> lines = new ArrayList<>();
        while (rows.hasRemaining()) {
            lines.add(new SourceLine(rows.getInt(), string(rows.getInt()), rows.getInt(), rows.getInt(),
                    string(rows.getInt())));
        }
        return lines;
    }

    private String string(int number) {
        if (number < 0 || number >= strings.size()) {
            throw new ObjectException(
                    "a line of the object names string " + number + " of " + strings.size());
        }
        return strings.get(number);
    }
}
