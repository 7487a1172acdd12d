package io.bpf4j.loader.elf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An open ELF file: 64 bits, little-endian; executable, library, or separate debug file. Reads what is asked for when
 * it is asked for. Every method but {@link #close} may throw {@link ElfException}, and nothing else, for a file that
 * contradicts itself. Safe for many threads; an interrupt during a read closes the file, as with any
 * {@link java.nio.channels.FileChannel}.
 *
 * <p>Not read: {@code .gnu_debugdata} (MiniDebugInfo), which is xz-compressed; the JDK has no xz.
 *
 * <pre>{@code
 * try (var file = ElfFile.open(Path.of("/usr/lib/x86_64-linux-gnu/libssl.so.3"))) {
 *     for (Symbol symbol : file.dynamicSymbols().orElseThrow().find("SSL_write")) {
 *         long offset = file.fileOffset(symbol.address()).orElseThrow();
 *     }
 * }
 * }</pre>
 */
public final class ElfFile implements AutoCloseable {

    /** EM_X86_64. */
    public static final int MACHINE_X86_64 = 62;
    /** ET_EXEC: executable at a fixed address. */
    public static final int TYPE_EXECUTABLE = 2;
    /** ET_DYN: library or position-independent executable. */
    public static final int TYPE_DYNAMIC = 3;

    private static final String DEBUG_LINK_SECTION = ".gnu_debuglink";
    private static final List<String> GO_SECTIONS = List.of(".gopclntab", ".data.rel.ro.gopclntab",
            ".go.buildinfo",
            ".note.go.buildid");
    private static final int MAXIMUM_BUILD_ID = 64;
    private static final int MAXIMUM_GO_BUILD_ID = 4096;
    private static final int MAXIMUM_PATH = 4096;

    private final ElfBytes bytes;
    private final ElfHeader header;

    private ElfFile(ElfBytes bytes, ElfHeader header) {
        this.bytes = bytes;
        this.header = header;
    }

    /** Opens a file and reads its headers; throws {@link ElfException} when it is none that we can read. */
    public static ElfFile open(Path path) {
        ElfBytes bytes = ElfBytes.open(path);
        try {
            return new ElfFile(bytes, ElfHeader.read(bytes));
        } catch (ElfException e) {
            bytes.close();
            throw e;
        }
    }

    /** The path by which the file was opened. */
    public Path path() {
        return bytes.path();
    }

    /** {@code e_type}, for example {@link #TYPE_DYNAMIC}. */
    public int type() {
        return header.type();
    }

    /** {@code e_machine}, for example {@link #MACHINE_X86_64}. */
    public int machine() {
        return header.machine();
    }

    /** Virtual address of the first instruction, 0 when there is none. */
    public long entry() {
        return header.entry();
    }

    /** The program headers in order. */
    public List<Segment> segments() {
        return header.segments();
    }

    /** The section headers in order, the empty first one included; empty when they were removed. */
    public List<Section> sections() {
        return header.sections();
    }

    /** The first section with this name. */
    public Optional<Section> section(String name) {
        for (Section section : header.sections()) {
            if (section.name().equals(name)) {
                return Optional.of(section);
            }
        }
        return Optional.empty();
    }

    /**
     * Where the byte at a virtual address lies in the file, which is what uprobes are placed by; empty when it comes
     * from no mapped part of the file. Of overlapping segments the executable one is taken.
     */
    public OptionalLong fileOffset(long virtualAddress) {
        OptionalLong found = OptionalLong.empty();
        for (Segment segment : header.segments()) {
            if (segment.holdsAddress(virtualAddress) && (found.isEmpty() || segment.isExecutable())) {
                found = OptionalLong.of(virtualAddress - segment.address() + segment.offset());
            }
        }
        return found;
    }

    /** The virtual address at which the byte of the file is mapped; empty when it is not. */
    public OptionalLong virtualAddress(long fileOffset) {
        OptionalLong found = OptionalLong.empty();
        for (Segment segment : header.segments()) {
            if (segment.holdsOffset(fileOffset) && (found.isEmpty() || segment.isExecutable())) {
                found = OptionalLong.of(fileOffset - segment.offset() + segment.address());
            }
        }
        return found;
    }

    /** The symbols that the dynamic linker sees; found without section headers too. */
    public Optional<SymbolTable> dynamicSymbols() {
        Optional<Section> found = firstOfType(Section.DYNAMIC_SYMBOLS);
        if (found.isEmpty()) {
            Optional<DynamicSection.Raw> entries = dynamicEntries();
            return entries.isEmpty() ? Optional.empty() : symbolsWithoutSections(entries.get());
        }
        Section section = found.get();
        if (!section.hasBytes()) {
            return Optional.empty();
        }
        return Optional
                .of(SymbolTable.ofSection(bytes, section, linked(section), gnuHash(),
                        symbolVersions(section)));
    }

    /** The full symbol table, which {@code strip} removes. */
    public Optional<SymbolTable> fullSymbols() {
        Optional<Section> section = firstWithBytes(Section.SYMBOLS);
        if (section.isEmpty()) {
            return Optional.empty();
        }
        return Optional
                .of(SymbolTable.ofSection(bytes, section.get(), linked(section.get()), Optional.empty(),
                        Optional.empty()));
    }

    /** Whether the full symbol table was removed. */
    public boolean isStripped() {
        return firstWithBytes(Section.SYMBOLS).isEmpty();
    }

    /** What the dynamic linker reads; with nothing in it for a static executable. */
    public DynamicSection dynamicSection() {
        return dynamicEntries().map(raw -> {
            OptionalLong strings = offsetOf(raw, DynamicDescriptor.STRINGS);
            if (strings.isEmpty()) {
                return DynamicSection.NONE;
            }
            return DynamicSection.of(bytes, raw, strings.getAsLong());
        }).orElse(DynamicSection.NONE);
    }

    /**
     * Hands over every word that the dynamic linker sets to an address of this very file, with that address; both are
     * virtual addresses before relocation.
     */
    public void forEachRelativeWord(RelativeWordVisitor visitor) {
        dynamicEntries().ifPresent(raw -> new RelativeWords(this, bytes, raw).forEach(visitor));
    }

    /** Path of the dynamic linker that the file asks for. */
    public Optional<String> interpreter() {
        return firstSegment(Segment.INTERPRETER).map(segment -> {
            bytes.checkRange(segment.offset(), segment.fileSize(), "interpreter path");
            return bytes.string(segment.offset(), segment.offset() + segment.fileSize(), MAXIMUM_PATH);
        });
    }

    /** Whether the file runs without a dynamic linker: it names none and needs no library. */
    public boolean isStatic() {
        return firstSegment(Segment.INTERPRETER).isEmpty() && dynamicSection().needed().isEmpty()
                && dynamicSection().soname().isEmpty();
    }

    /** Build id in lower-case hexadecimal, {@code NT_GNU_BUILD_ID}. */
    public Optional<String> buildId() {
        return note("GNU", Note.GNU_BUILD_ID)
                .filter(note -> note.size() > 0 && note.size() <= MAXIMUM_BUILD_ID)
                .map(note -> HexFormat.of()
                        .formatHex(bytes.bytes(note.offset(), (int) note.size(), "build id")));
    }

    /** The Go tool chain's own build id. */
    public Optional<String> goBuildId() {
        return note("Go", Note.GO_BUILD_ID)
                .map(note -> bytes.string(note.offset(), note.offset() + note.size(), MAXIMUM_GO_BUILD_ID));
    }

    /** Whether the Go tool chain linked the file; survives stripping. */
    public boolean isGo() {
        return header.sections().stream().anyMatch(section -> GO_SECTIONS.contains(section.name()))
                || goBuildId().isPresent();
    }

    /** Which file holds the symbols that were stripped from this one. */
    public Optional<DebugLink> debugLink() {
        return section(DEBUG_LINK_SECTION).filter(Section::hasBytes)
                .map(section -> DebugLink.read(bytes, section));
    }

    /** CRC-32 of the whole file, read from start to end. */
    public int crc32() {
        return bytes.crc32();
    }

    /** The static probes in the order of their notes. */
    public List<UsdtProbe> usdtProbes() {
        return new UsdtNoteReader(this, bytes).read();
    }

    /**
     * Copies bytes of the file, for those who decode instructions or tables of their own.
     *
     * @param offset where in the file
     * @param length how many bytes; all must be there
     */
    public byte[] read(long offset, int length) {
        return bytes.bytes(offset, length, "part");
    }

    @Override
    public void close() {
        bytes.close();
    }

    // Plain loops: a name is looked up at the start of a tool, where each first lambda costs a millisecond.

    private Optional<Section> firstOfType(int type) {
        for (Section section : header.sections()) {
            if (section.type() == type) {
                return Optional.of(section);
            }
        }
        return Optional.empty();
    }

    private Optional<Section> firstWithBytes(int type) {
        Optional<Section> section = firstOfType(type);
        return section.isPresent() && section.get().hasBytes() ? section : Optional.empty();
    }

    private Optional<Segment> firstSegment(int type) {
        return header.segments().stream().filter(segment -> segment.type() == type && segment.fileSize() != 0)
                .findFirst();
    }

    private Section linked(Section section) {
        if (section.link() <= 0 || section.link() >= header.sections().size()) {
            throw bytes.failure(section.offset(), "%s is linked to section %d of %d".formatted(section.name(),
                    section.link(), header.sections().size()));
        }
        return header.sections().get(section.link());
    }

    private Optional<GnuHashTable> gnuHash() {
        Optional<Section> found = firstWithBytes(Section.GNU_HASH);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Section section = found.get();
        bytes.checkRange(section.offset(), section.size(), section.name());
        return Optional.of(new GnuHashTable(bytes, section.offset(), section.offset() + section.size()));
    }

    private Optional<SymbolVersions> symbolVersions(Section symbols) {
        Optional<Section> indexes = firstWithBytes(Section.VERSION_INDEXES);
        if (indexes.isEmpty()) {
            return Optional.empty();
        }
        var versions = new SymbolVersions(bytes, indexes.get(), linked(symbols));
        Optional<Section> definitions = firstWithBytes(Section.VERSION_DEFINITIONS);
        if (definitions.isPresent()) {
            versions.addDefinitions(definitions.get());
        }
        Optional<Section> needs = firstWithBytes(Section.VERSION_NEEDS);
        if (needs.isPresent()) {
            versions.addNeeds(needs.get());
        }
        return Optional.of(versions);
    }

    private Optional<DynamicSection.Raw> dynamicEntries() {
        return firstSegment(Segment.DYNAMIC).filter(segment -> hasDynamicBytes())
                .map(segment -> DynamicSection.Raw.read(bytes, segment));
    }

    /** A separate debug file keeps the program headers of its original but not the bytes. */
    private boolean hasDynamicBytes() {
        return header.sections().stream()
                .noneMatch(section -> section.type() == Section.NO_BITS && section.name().equals(".dynamic"));
    }

    private OptionalLong offsetOf(DynamicSection.Raw raw, long tag) {
        Optional<Long> address = raw.value(tag);
        return address.isPresent() ? fileOffset(address.get()) : OptionalLong.empty();
    }

    private Optional<SymbolTable> symbolsWithoutSections(DynamicSection.Raw raw) {
        OptionalLong symbols = offsetOf(raw, DynamicDescriptor.SYMBOLS);
        OptionalLong strings = offsetOf(raw, DynamicDescriptor.STRINGS);
        OptionalLong hash = offsetOf(raw, DynamicDescriptor.GNU_HASH);
        if (symbols.isEmpty() || strings.isEmpty() || hash.isEmpty()) {
            return Optional.empty();
        }
        var table = new GnuHashTable(bytes, hash.getAsLong(), bytes.size());
        return Optional.of(SymbolTable.ofDynamic(bytes, symbols.getAsLong(), table, strings.getAsLong(),
                raw.value(DynamicDescriptor.STRINGS_SIZE).orElse(0L)));
    }

    private Optional<Note> note(String owner, int type) {
        for (Note note : loadedNotes()) {
            if (note.owner().equals(owner) && note.type() == type) {
                return Optional.of(note);
            }
        }
        return Optional.empty();
    }

    /** By sections where there are any, for a debug file's note segments point to bytes that it does not have. */
    private List<Note> loadedNotes() {
        var notes = new ArrayList<Note>();
        for (Section section : header.sections()) {
            if (section.type() == Section.NOTE && !section.name().equals(UsdtNoteReader.SECTION)) {
                notes.addAll(Note.read(bytes, section.offset(), section.size(), section.alignment()));
            }
        }
        if (header.sections().isEmpty()) {
            for (Segment segment : header.segments()) {
                if (segment.type() == Segment.NOTE) {
                    notes.addAll(Note.read(bytes, segment.offset(), segment.fileSize(), segment.alignment()));
                }
            }
        }
        return notes;
    }
}
