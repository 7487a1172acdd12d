package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.btf.BtfLayout;
import io.bpf4j.vm.btf.core.CoreKind;
import io.bpf4j.vm.btf.core.CoreRelocation;
import io.bpf4j.vm.object.ObjectException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The section {@code .BTF.ext}: functions, lines and relocations of instructions, by the name of their section and the
 * byte in it (Documentation/bpf/btf.rst, section 4.2).
 */
final class DebugTable {
    private static final int HEADER_LENGTH = 4;
    private static final int FUNCTIONS = 8;
    private static final int LINES = 16;
    private static final int RELOCATIONS = 24;
    private static final int RELOCATION_SIZE = 16;
    /** The header without relocations. */
    private static final int SHORT_HEADER = 24;

    private final Btf btf;
    private final Map<String, TreeMap<Integer, Integer>> functions = new HashMap<>();
    private final Map<String, TreeMap<Integer, Line>> lines = new HashMap<>();
    private final Map<String, TreeMap<Integer, CoreRelocation>> relocations = new HashMap<>();

    /** A place in the source; the texts are offsets in the strings. */
    record Line(int file, int text, int lineAndColumn) {}

    private DebugTable(Btf btf) {
        this.btf = btf;
    }

    /** Returns a table without anything. */
    static DebugTable empty() {
        return new DebugTable(null);
    }

    /**
     * Reads the section.
     *
     * @param btf the object's types, whose strings it uses
     */
    static DebugTable parse(byte[] bytes, Btf btf) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < SHORT_HEADER || Short.toUnsignedInt(in.getShort(0)) != BtfLayout.MAGIC) {
            throw new ObjectException("section .BTF.ext is cut off or not little-endian");
        }
        int header = in.getInt(HEADER_LENGTH);
        DebugTable table = new DebugTable(btf);
        table.records(part(in, header, FUNCTIONS), BtfLayout.FUNCTION_RECORD_SIZE,
                (section, at, record) -> in(table.functions, section).put(at, record.getInt(4)));
        table.records(part(in, header, LINES), BtfLayout.LINE_RECORD_SIZE,
                (section, at, record) -> in(table.lines,
                        section).put(at, new Line(record.getInt(4), record.getInt(8), record.getInt(12))));
        if (header >= BtfLayout.EXTENSION_HEADER_SIZE) {
            table.records(part(in, header, RELOCATIONS), RELOCATION_SIZE, (section, at, record) -> {
                int kind = record.getInt(12);
                in(table.relocations, section).put(at, new CoreRelocation(record.getInt(4),
                        btf.string(record.getInt(8)), CoreKind.byNumber(kind).orElseThrow(
                                () -> new ObjectException("a relocation is of the unknown kind " + kind))));
            });
        }
        return table;
    }

    private static <T> TreeMap<Integer, T> in(Map<String, TreeMap<Integer, T>> bySection, String section) {
        return bySection.computeIfAbsent(section, key -> new TreeMap<>());
    }

    private static ByteBuffer part(ByteBuffer in, int header, int field) {
        long start = (long) header + in.getInt(field);
        long length = in.getInt(field + Integer.BYTES);
        if (header < SHORT_HEADER || in.getInt(field) < 0 || length < 0 || start + length > in.capacity()
                || header > in.capacity()) {
            throw new ObjectException("a part of section .BTF.ext is outside of it");
        }
        return in.slice((int) start, (int) length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Takes the record of an instruction. */
    private interface RecordHandler {
        void accept(String section, int at, ByteBuffer record);
    }

    private void records(ByteBuffer in, int minimum, RecordHandler handler) {
        if (in.capacity() < Integer.BYTES) {
            return;
        }
        int size = in.getInt();
        if (size < minimum || size % Integer.BYTES != 0) {
            throw new ObjectException("records of " + size + " bytes in section .BTF.ext");
        }
        while (in.remaining() >= 2 * Integer.BYTES) {
            String section = btf.string(in.getInt());
            int count = in.getInt();
            if (count < 0 || (long) count * size > in.remaining()) {
                throw new ObjectException("the records of section " + section + " in .BTF.ext are cut off");
            }
            for (int i = 0; i < count; i++) {
                ByteBuffer record = in.slice(in.position(), size).order(ByteOrder.LITTLE_ENDIAN);
                handler.accept(section, record.getInt(0), record);
                in.position(in.position() + size);
            }
        }
    }

    /** Returns the BTF id of the function that starts at a byte of a section; 0 if it is not known. */
    int function(String section, int at) {
        return functions.getOrDefault(section, new TreeMap<>()).getOrDefault(at, 0);
    }

    /** Returns the lines of a part of a section. */
    Map<Integer, Line> lines(String section, int from, int to) {
        return from >= to ? Map.of() : lines.getOrDefault(section, new TreeMap<>()).subMap(from, to);
    }

    /** Returns the relocation of an instruction; null if there is none. */
    CoreRelocation relocation(String section, int at) {
        TreeMap<Integer, CoreRelocation> found = relocations.get(section);
        return found == null ? null : found.get(at);
    }

    /** Returns a string of the object's types. */
    String string(int offset) {
        return btf.string(offset);
    }
}
