package io.bpf4j.vm.object;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lays out a relocatable file for BPF: sections in the order of creation, then symbols and names. */
final class ElfBuilder {

    /** A section; its number counts from 1. */
    static final class Section {
        private final int number;
        private final String name;
        private final int type;
        private final int flags;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final List<Relocation> relocations = new ArrayList<>();
        private int unwrittenSize;

        private Section(int number, String name, int type, int flags) {
            this.number = number;
            this.name = name;
            this.type = type;
            this.flags = flags;
        }

        /** Appends bytes and returns the offset of the first. */
        int append(byte[] more) {
            int at = bytes.size();
            bytes.writeBytes(more);
            return at;
        }

        int size() {
            return type == ElfLayout.SHT_NOBITS ? unwrittenSize : bytes.size();
        }

        void relocate(int offset, int type, Symbol symbol) {
            relocations.add(new Relocation(offset, type, symbol));
        }
    }

    /** A symbol: a place in a section. */
    record Symbol(String name, boolean global, int type, Section section, int value, int size) {}

    private record Relocation(int offset, int type, Symbol symbol) {}

    private static final int SECTION_ALIGNMENT = 8;

    private final List<Section> sections = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();
    private final Map<Section, Symbol> sectionSymbols = new LinkedHashMap<>();
    private final ByteArrayOutputStream names = new ByteArrayOutputStream();
    private final Map<String, Integer> nameOffsets = new LinkedHashMap<>();

    Section code(String name) {
        return add(name, ElfLayout.SHT_PROGBITS, ElfLayout.SHF_ALLOC | ElfLayout.SHF_EXECINSTR);
    }

    Section data(String name, boolean writable) {
        return add(name, ElfLayout.SHT_PROGBITS, ElfLayout.SHF_ALLOC | (writable ? ElfLayout.SHF_WRITE : 0));
    }

    Section zeros(String name, int size) {
        Section section = add(name, ElfLayout.SHT_NOBITS, ElfLayout.SHF_ALLOC | ElfLayout.SHF_WRITE);
        section.unwrittenSize = size;
        return section;
    }

    Section note(String name, byte[] bytes) {
        Section section = add(name, ElfLayout.SHT_PROGBITS, 0);
        section.append(bytes);
        return section;
    }

    Symbol symbol(Symbol symbol) {
        symbols.add(symbol);
        return symbol;
    }

    /** Returns the symbol of a section itself. */
    Symbol sectionSymbol(Section section) {
        return sectionSymbols.computeIfAbsent(section,
                key -> symbol(new Symbol("", false, ElfLayout.STT_SECTION, section, 0, 0)));
    }

    private Section add(String name, int type, int flags) {
        Section section = new Section(sections.size() + 1, name, type, flags);
        sections.add(section);
        return section;
    }

    byte[] build() {
        nameOffsets.put("", 0);
        names.write(0);
        List<Symbol> ordered = new ArrayList<>(symbols.stream().filter(symbol -> !symbol.global()).toList());
        int firstGlobal = ordered.size() + 1;
        symbols.stream().filter(Symbol::global).forEach(ordered::add);
        Section[] code = sections.toArray(Section[]::new);
        int symbolTable = code.length + 1
                + (int) sections.stream().filter(s -> !s.relocations.isEmpty()).count();
        List<byte[]> headers = new ArrayList<>();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Section section : code) {
            headers.add(place(body, section.name, section.type, section.flags, section.bytes.toByteArray(),
                    section.size(), 0, 0, 0));
        }
        for (Section section : code) {
            if (!section.relocations.isEmpty()) {
                byte[] table = relocations(section, ordered);
                headers.add(
                        place(body, ".rel" + section.name, ElfLayout.SHT_REL, ElfLayout.SHF_INFO_LINK, table,
                                table.length, symbolTable, section.number, ElfLayout.RELOCATION_SIZE));
            }
        }
        byte[] table = symbolTable(ordered);
        headers.add(place(body, ".symtab", ElfLayout.SHT_SYMTAB, 0, table, table.length, symbolTable + 1,
                firstGlobal, ElfLayout.SYMBOL_SIZE));
        name(".strtab");
        byte[] strings = names.toByteArray();
        headers.add(place(body, ".strtab", ElfLayout.SHT_STRTAB, 0, strings, strings.length, 0, 0, 0));
        return file(body, headers);
    }

    private byte[] file(ByteArrayOutputStream body, List<byte[]> headers) {
        align(body);
        ByteBuffer out = buffer(ElfLayout.HEADER_SIZE + body.size()
                + (headers.size() + 1) * ElfLayout.SECTION_HEADER_SIZE);
        out.putInt(ElfLayout.MAGIC).put((byte) ElfLayout.CLASS_64).put((byte) ElfLayout.LITTLE_ENDIAN)
                .put((byte) ElfLayout.VERSION).position(ElfLayout.IDENT_SIZE);
        out.putShort((short) ElfLayout.RELOCATABLE).putShort((short) ElfLayout.MACHINE_BPF)
                .putInt(ElfLayout.VERSION);
        out.putLong(0).putLong(0).putLong(ElfLayout.HEADER_SIZE + body.size()).putInt(0);
        out.putShort((short) ElfLayout.HEADER_SIZE).putShort((short) 0).putShort((short) 0);
        out.putShort((short) ElfLayout.SECTION_HEADER_SIZE).putShort((short) (headers.size() + 1));
        out.putShort((short) headers.size());
        out.put(body.toByteArray());
        out.put(new byte[ElfLayout.SECTION_HEADER_SIZE]);
        headers.forEach(out::put);
        return out.array();
    }

    private byte[] place(ByteArrayOutputStream body, String name, int type, int flags, byte[] bytes, int size,
            int... linkInfoEntry) {
        align(body);
        ByteBuffer header = buffer(ElfLayout.SECTION_HEADER_SIZE);
        header.putInt(name(name)).putInt(type).putLong(flags).putLong(0);
        header.putLong(ElfLayout.HEADER_SIZE + body.size()).putLong(size);
        header.putInt(linkInfoEntry[0]).putInt(linkInfoEntry[1]);
        header.putLong(SECTION_ALIGNMENT).putLong(linkInfoEntry[2]);
        body.writeBytes(bytes);
        return header.array();
    }

    private byte[] relocations(Section section, List<Symbol> ordered) {
        Map<Symbol, Integer> numbers = new IdentityHashMap<>();
        ordered.forEach(symbol -> numbers.put(symbol, numbers.size() + 1));
        ByteBuffer out = buffer(section.relocations.size() * ElfLayout.RELOCATION_SIZE);
        for (Relocation relocation : section.relocations) {
            out.putLong(relocation.offset());
            out.putInt(relocation.type()).putInt(numbers.get(relocation.symbol()));
        }
        return out.array();
    }

    private byte[] symbolTable(List<Symbol> ordered) {
        ByteBuffer out = buffer((ordered.size() + 1) * ElfLayout.SYMBOL_SIZE);
        out.position(ElfLayout.SYMBOL_SIZE);
        for (Symbol symbol : ordered) {
            int bind = symbol.global() ? 1 : 0;
            out.putInt(name(symbol.name())).put((byte) (bind << 4 | symbol.type())).put((byte) 0);
            out.putShort((short) symbol.section().number).putLong(symbol.value()).putLong(symbol.size());
        }
        return out.array();
    }

    private int name(String text) {
        return nameOffsets.computeIfAbsent(text, key -> {
            int at = names.size();
            names.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            names.write(0);
            return at;
        });
    }

    private static void align(ByteArrayOutputStream body) {
        while (body.size() % SECTION_ALIGNMENT != 0) {
            body.write(0);
        }
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
