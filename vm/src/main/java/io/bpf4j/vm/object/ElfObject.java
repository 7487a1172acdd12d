package io.bpf4j.vm.object;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A relocatable file for BPF as it is: sections, symbols, relocations. The bytes may come from anywhere; whatever is
 * wrong in them gives an {@link ObjectException}, at the latest when the part in question is asked for.
 */
public final class ElfObject {
    /** No section holds more; it keeps hostile files from taking all memory. */
    private static final int MAX_SECTION = 1 << 26;

    private final ByteBuffer in;
    private final List<Section> sections = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();

    /** A section; its index is that of the file. */
    public static final class Section {
        private final ByteBuffer in;
        private final int index;
        private final String name;
        private final int header;

        private Section(ByteBuffer in, int index, String name, int header) {
            this.in = in;
            this.index = index;
            this.name = name;
            this.header = header;
        }

        /** Returns the position among the sections. */
        public int index() {
            return index;
        }

        /** Returns the name. */
        public String name() {
            return name;
        }

        /** Returns whether it has instructions. */
        public boolean isCode() {
            return type() == ElfLayout.SHT_PROGBITS
                    && (in.getLong(header + ElfLayout.SECTION_FLAGS_OFFSET) & ElfLayout.SHF_EXECINSTR) != 0;
        }

        /** Returns whether it has bytes of its own, or zeros, that belong to the program. */
        public boolean isData() {
            return type() == ElfLayout.SHT_PROGBITS || isZeros();
        }

        /** Returns whether all its bytes are zero and none are in the file. */
        public boolean isZeros() {
            return type() == ElfLayout.SHT_NOBITS;
        }

        /** Returns the size in bytes, at most 64 MiB. */
        public int size() {
            long size = in.getLong(header + ElfLayout.SECTION_SIZE_OFFSET);
            if (size < 0 || size > MAX_SECTION) {
                throw new ObjectException("section " + name + " has " + Long.toUnsignedString(size)
                        + " bytes, more than " + MAX_SECTION);
            }
            return (int) size;
        }

        /** Returns a copy of the content. */
        public byte[] bytes() {
            int size = size();
            if (isZeros()) {
                return new byte[size];
            }
            long offset = in.getLong(header + ElfLayout.SECTION_DATA_OFFSET);
            if (offset < 0 || offset > in.capacity() - size) {
                throw new ObjectException("section " + name + " is outside the file");
            }
            return Arrays.copyOfRange(in.array(), (int) offset, (int) offset + size);
        }

        private int type() {
            return in.getInt(header + ElfLayout.SECTION_TYPE_OFFSET);
        }

        private int link() {
            return in.getInt(header + ElfLayout.SECTION_LINK_OFFSET);
        }

        private int info() {
            return in.getInt(header + ElfLayout.SECTION_INFO_OFFSET);
        }
    }

    /** What a symbol stands for. */
    public enum SymbolKind {
        NONE,
        OBJECT,
        FUNCTION,
        SECTION,
        OTHER
    }

    /**
     * A name for a place.
     *
     * @param section the index of its section; 0 if it is in none, which makes it a name to be resolved
     * @param value bytes from the start of the section
     * @param size in bytes; 0 if it is not known
     */
    public record Symbol(String name, SymbolKind kind, boolean local, boolean weak, int section, long value,
            long size) {}

    /** An 8-byte or 4-byte place in a section that a symbol fills in; {@code type} is R_BPF_*. */
    public record Relocation(int offset, int type, Symbol symbol) {
        /** Returns whether it is the address of a map, variable or function in a load of a 64-bit immediate. */
        public boolean isAddress() {
            return type == ElfLayout.R_BPF_64_64;
        }

        /** Returns whether it is the distance to a function in a call. */
        public boolean isCall() {
            return type == ElfLayout.R_BPF_64_32;
        }
    }

    private ElfObject(ByteBuffer in) {
        this.in = in;
    }

    /**
     * Reads headers and symbols.
     *
     * @param file must not be changed afterwards
     * @throws ObjectException if it is no relocatable file for little-endian BPF
     */
    public static ElfObject parse(byte[] file) {
        ElfObject object = new ElfObject(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
        object.readSections();
        object.readSymbols();
        return object;
    }

    /** Returns all sections; the first, at 0, is always empty. */
    public List<Section> sections() {
        return List.copyOf(sections);
    }

    /** Returns all symbols. */
    public List<Symbol> symbols() {
        return List.copyOf(symbols);
    }

    /** Finds the first section of a name. */
    public Optional<Section> section(String name) {
        return sections.stream().filter(section -> section.name().equals(name)).findFirst();
    }

    /** Returns the section of an index. */
    public Section section(int index) {
        if (index <= 0 || index >= sections.size()) {
            throw new ObjectException("there is no section " + index);
        }
        return sections.get(index);
    }

    /** Returns the relocations of a section, in the order of the file. */
    public List<Relocation> relocations(Section target) {
        List<Relocation> found = new ArrayList<>();
        for (Section section : sections) {
            if (section.type() == ElfLayout.SHT_REL && section.info() == target.index()) {
                ByteBuffer bytes = ByteBuffer.wrap(section.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                while (bytes.remaining() >= ElfLayout.RELOCATION_SIZE) {
                    long offset = bytes.getLong();
                    int type = bytes.getInt();
                    int symbol = bytes.getInt();
                    if (offset < 0 || offset >= target.size() || symbol < 0 || symbol >= symbols.size()) {
                        throw new ObjectException("a relocation of section " + target.name() + " is at byte "
                                + offset + " or for symbol " + symbol + ", which there are not");
                    }
                    found.add(new Relocation((int) offset, type, symbols.get(symbol)));
                }
            }
        }
        return found;
    }

    private void readSections() {
        if (in.capacity() < ElfLayout.HEADER_SIZE || in.getInt(0) != ElfLayout.MAGIC
                || in.get(ElfLayout.CLASS_OFFSET) != ElfLayout.CLASS_64
                || in.get(ElfLayout.DATA_OFFSET) != ElfLayout.LITTLE_ENDIAN) {
            throw new ObjectException("not a little-endian ELF-64 file");
        }
        int machine = Short.toUnsignedInt(in.getShort(ElfLayout.MACHINE_OFFSET));
        if (machine != ElfLayout.MACHINE_BPF || in.getShort(ElfLayout.IDENT_SIZE) != ElfLayout.RELOCATABLE) {
            throw new ObjectException("not a relocatable file for BPF (clang -target bpf -c makes one)");
        }
        long headers = in.getLong(ElfLayout.SECTION_HEADERS_OFFSET);
        int count = Short.toUnsignedInt(in.getShort(ElfLayout.SECTION_COUNT_OFFSET));
        int names = Short.toUnsignedInt(in.getShort(ElfLayout.NAMES_SECTION_OFFSET));
        if (in.getShort(ElfLayout.SECTION_HEADER_SIZE_OFFSET) != ElfLayout.SECTION_HEADER_SIZE
                || names >= count
                || headers < 0 || headers > in.capacity() - (long) count * ElfLayout.SECTION_HEADER_SIZE) {
            throw new ObjectException("the section headers are outside the file");
        }
        int first = (int) headers;
        byte[] text = new Section(in, names, "of names", first + names * ElfLayout.SECTION_HEADER_SIZE)
                .bytes();
        for (int i = 0; i < count; i++) {
            int header = first + i * ElfLayout.SECTION_HEADER_SIZE;
            sections.add(new Section(in, i, string(text, in.getInt(header)), header));
        }
    }

    private void readSymbols() {
        Optional<Section> table = sections.stream()
                .filter(section -> section.type() == ElfLayout.SHT_SYMTAB).findFirst();
        if (table.isEmpty()) {
            return;
        }
        byte[] names = section(table.get().link()).bytes();
        ByteBuffer bytes = ByteBuffer.wrap(table.get().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.remaining() >= ElfLayout.SYMBOL_SIZE) {
            String name = string(names, bytes.getInt());
            int info = bytes.get();
            bytes.get();
            int section = Short.toUnsignedInt(bytes.getShort());
            long value = bytes.getLong();
            long size = bytes.getLong();
            SymbolKind kind = kind(info & 0xf);
            int binding = info >>> 4 & 0xf;
            String shown = kind == SymbolKind.SECTION && section < sections.size()
                    ? sections.get(section).name()
                    : name;
            symbols.add(new Symbol(shown, kind, binding == ElfLayout.STB_LOCAL, binding == ElfLayout.STB_WEAK,
                    section, value, size));
        }
    }

    private static SymbolKind kind(int type) {
        return switch (type) {
            case ElfLayout.STT_NOTYPE -> SymbolKind.NONE;
            case ElfLayout.STT_OBJECT -> SymbolKind.OBJECT;
            case ElfLayout.STT_FUNC -> SymbolKind.FUNCTION;
            case ElfLayout.STT_SECTION -> SymbolKind.SECTION;
            default -> SymbolKind.OTHER;
        };
    }

    private static String string(byte[] bytes, int offset) {
        if (offset < 0 || offset >= bytes.length) {
            return "";
        }
        int end = offset;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, offset, end - offset, StandardCharsets.UTF_8);
    }
}
