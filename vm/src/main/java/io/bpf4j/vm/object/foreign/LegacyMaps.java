package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.object.ElfObject.Section;
import io.bpf4j.vm.object.ElfObject.Symbol;
import io.bpf4j.vm.object.ElfObject.SymbolKind;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.ObjectException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;

/**
 * Maps as objects had them before BTF: a struct each, in a section {@code maps}.
 *
 * <pre>
 *  0 u32 type   4 u32 key size   8 u32 value size   12 u32 entries   16 u32 flags   20 what some loader adds
 * </pre>
 */
final class LegacyMaps {
    private static final String SECTION = "maps";
    private static final int KEY_OFFSET = 4;
    private static final int VALUE_OFFSET = 8;
    private static final int ENTRIES_OFFSET = 12;
    private static final int FLAGS_OFFSET = 16;
    private static final int SIZE = 20;

    private LegacyMaps() {}

    /** Returns whether a section has such definitions. */
    static boolean isIn(Section section) {
        return section.isData() && !section.isCode()
                && (section.name().equals(SECTION) || section.name().startsWith(SECTION + "/"));
    }

    static void read(ElfObject object, Section section, int cpus, MapTable table) {
        ByteBuffer in = ByteBuffer.wrap(section.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        List<Symbol> symbols = object.symbols().stream()
                .filter(symbol -> symbol.section() == section.index() && symbol.kind() != SymbolKind.SECTION
                        && !symbol.name().isEmpty())
                .sorted(Comparator.comparingLong(Symbol::value)).toList();
        for (int i = 0; i < symbols.size(); i++) {
            Symbol symbol = symbols.get(i);
            long end = i + 1 < symbols.size() ? symbols.get(i + 1).value() : in.capacity();
            // The first loaders' struct had no flags.
            if (symbol.value() < 0 || end > in.capacity() || end - symbol.value() < FLAGS_OFFSET) {
                throw new ObjectException("the definition of map " + symbol.name() + " is cut off");
            }
            int at = (int) symbol.value();
            MapDraft draft = new MapDraft(symbol.name());
            draft.kind(in.getInt(at));
            draft.keySize(in.getInt(at + KEY_OFFSET));
            draft.valueSize(in.getInt(at + VALUE_OFFSET));
            draft.entries(in.getInt(at + ENTRIES_OFFSET));
            draft.flags(end - at < SIZE ? 0 : in.getInt(at + FLAGS_OFFSET));
            table.define(section, at, draft.finish(cpus));
        }
    }
}
