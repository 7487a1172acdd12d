package io.bpf4j.loader.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One symbol table of an open file, {@code .dynsym} or {@code .symtab}. Nothing is held in memory: a lookup by name
 * goes through {@code .gnu.hash} where there is one and otherwise compares bytes in place, so that only hits become
 * objects. Valid until its {@link ElfFile} is closed; safe for many threads.
 */
public final class SymbolTable {

    /** Longer names are cut; the longest mangled names in the wild have some ten thousand bytes. */
    static final int MAXIMUM_NAME = 1 << 15;
    /** Names may overlap in a hostile file, so that their sum is not bounded by its size. */
    private static final long MAXIMUM_TOTAL_NAMES = 128L << 20;
    /** As little bounded, and a matter of time where names are only looked at: this many bytes take seconds. */
    private static final long MAXIMUM_EXAMINED_NAMES = 1L << 30;
    private static final int CHUNK_SYMBOLS = 2048;

    /** Looks at one raw symbol. */
    interface Visitor {
        /**
         * @param index  number of the symbol in the table
         * @param buffer holds the entry, valid during the call
         * @param at     where the entry starts in {@code buffer}, see {@link SymbolDescriptor}
         */
        void visit(long index, ByteBuffer buffer, int at);
    }

    private final ElfBytes bytes;
    private final long offset;
    private final long count;
    private final long namesOffset;
    private final long namesEnd;
    private final Optional<GnuHashTable> hash;
    private final Optional<SymbolVersions> versions;

    private SymbolTable(ElfBytes bytes, long offset, long count, long namesOffset, long namesSize,
            Optional<GnuHashTable> hash, Optional<SymbolVersions> versions) {
        bytes.checkRange(offset, count * SymbolDescriptor.SIZE, "symbol table");
        bytes.checkRange(namesOffset, namesSize, "symbol name table");
        this.bytes = bytes;
        this.offset = offset;
        this.count = count;
        this.namesOffset = namesOffset;
        this.namesEnd = namesOffset + namesSize;
        this.hash = hash;
        this.versions = versions;
    }

    /** The table in section {@code symbols}. */
    static SymbolTable ofSection(ElfBytes bytes, Section symbols, Section names, Optional<GnuHashTable> hash,
            Optional<SymbolVersions> versions) {
        if (symbols.entrySize() != SymbolDescriptor.SIZE) {
            throw bytes.failure(symbols.offset(),
                    "%s has entries of %s bytes instead of %d".formatted(symbols.name(),
                            Long.toUnsignedString(symbols.entrySize()), SymbolDescriptor.SIZE));
        }
        bytes.checkRange(symbols.offset(), symbols.size(), symbols.name());
        return new SymbolTable(bytes, symbols.offset(), symbols.size() / SymbolDescriptor.SIZE,
                names.offset(),
                names.size(), hash, versions);
    }

    /** The dynamic symbols of a file without section headers, as the dynamic linker sees them. */
    static SymbolTable ofDynamic(ElfBytes bytes, long offset, GnuHashTable hash, long namesOffset,
            long namesSize) {
        return new SymbolTable(bytes, offset, hash.symbolCount(), namesOffset, namesSize, Optional.of(hash),
                Optional.empty());
    }

    /** Number of symbols, the empty first one included. */
    public long count() {
        return count;
    }

    /** Symbol number {@code index}, 0 to {@link #count()} - 1. */
    public Symbol symbol(long index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("symbol " + index + " of " + count);
        }
        return symbol(index, entry(index), 0);
    }

    /**
     * The defined symbols with this exact name, in the order of the table: several for several versions, and for local
     * symbols of one name in several source files.
     *
     * @param name mangled name; {@code name@VERSION} or {@code name@@VERSION} asks for one version
     */
    public List<Symbol> find(String name) {
        int at = name.indexOf('@');
        byte[] wanted = (at > 0 ? name.substring(0, at) : name).getBytes(StandardCharsets.UTF_8);
        String version = at > 0 ? name.substring(name.lastIndexOf('@') + 1) : "";
        var found = new ArrayList<Symbol>();
        if (hash.isPresent()) {
            GnuHashTable table = hash.get();
            for (long i = table.first(wanted); i != GnuHashTable.NONE; i = table.next(wanted, i)) {
                if (i < count) {
                    collect(i, entry(i), 0, wanted, found);
                }
            }
        } else {
            scan((index, buffer, entry) -> collect(index, buffer, entry, wanted, found));
        }
        return version.isEmpty() ? List.copyOf(found) : ofVersion(version, found);
    }

    private static List<Symbol> ofVersion(String version, List<Symbol> symbols) {
        return symbols.stream().filter(symbol -> symbol.version().equals(version)).toList();
    }

    private void collect(long index, ByteBuffer buffer, int at, byte[] wanted, List<Symbol> found) {
        if (SymbolDescriptor.sectionIndex(buffer, at) != 0
                && bytes.hasName(namesOffset + SymbolDescriptor.name(buffer, at), namesEnd, wanted)) {
            found.add(symbol(index, buffer, at));
        }
    }

    /** The defined symbols whose name, without its version, fits {@code pattern}, in the order of the table. */
    public List<Symbol> matching(NamePattern pattern) {
        var found = new ArrayList<Symbol>();
        byte[] name = new byte[MAXIMUM_NAME];
        long[] examined = new long[1];
        long[] total = new long[1];
        scan((index, buffer, at) -> {
            if (SymbolDescriptor.sectionIndex(buffer, at) == 0) {
                return;
            }
            int length = bytes.copyString(namesOffset + SymbolDescriptor.name(buffer, at), namesEnd, name);
            examined[0] += length;
            checkTotal(examined[0], MAXIMUM_EXAMINED_NAMES);
            for (int i = 1; i < length; i++) {
                if (name[i] == '@') {
                    length = i;
                }
            }
            if (length > 0 && pattern.matches(name, length)) {
                total[0] += length;
                checkTotal(total[0], MAXIMUM_TOTAL_NAMES);
                found.add(symbol(index, buffer, at));
            }
        });
        return List.copyOf(found);
    }

    /** The defined symbols at exactly this virtual address: a function and its aliases. */
    public List<Symbol> at(long address) {
        var found = new ArrayList<Symbol>();
        long[] total = new long[1];
        scan((index, buffer, at) -> {
            if (SymbolDescriptor.address(buffer, at) == address
                    && SymbolDescriptor.sectionIndex(buffer, at) != 0) {
                Symbol symbol = symbol(index, buffer, at);
                total[0] += symbol.name().length();
                checkTotal(total[0], MAXIMUM_TOTAL_NAMES);
                found.add(symbol);
            }
        });
        return List.copyOf(found);
    }

    private void checkTotal(long total, long maximum) {
        if (total > maximum) {
            throw bytes.failure(namesOffset,
                    "the names of the symbols take more than %d MiB".formatted(maximum >> 20));
        }
    }

    /** Hands over every symbol, used or defined, in the order of the table; each is made for this call only. */
    public void forEach(Consumer<Symbol> action) {
        long[] examined = new long[1];
        scan((index, buffer, at) -> {
            Symbol symbol = symbol(index, buffer, at);
            examined[0] += symbol.name().length();
            checkTotal(examined[0], MAXIMUM_EXAMINED_NAMES);
            action.accept(symbol);
        });
    }

    /** Hands over the raw entries in chunks, outside the page cache: one pass would only wash it out. */
    void scan(Visitor visitor) {
        int chunk = (int) Math.min(count, CHUNK_SYMBOLS);
        ByteBuffer buffer = ByteBuffer.allocate(chunk * SymbolDescriptor.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        for (long first = 0; first < count; first += chunk) {
            int n = (int) Math.min(chunk, count - first);
            buffer.clear().limit(n * SymbolDescriptor.SIZE);
            bytes.read(offset + first * SymbolDescriptor.SIZE, buffer, "symbol table");
            for (int i = 0; i < n; i++) {
                visitor.visit(first + i, buffer, i * SymbolDescriptor.SIZE);
            }
        }
    }

    /** The name that starts {@code name} bytes into the name table, without its version. */
    String nameAt(long name) {
        String text = bytes.string(namesOffset + name, namesEnd, MAXIMUM_NAME);
        int at = text.indexOf('@');
        return at > 0 ? text.substring(0, at) : text;
    }

    private ByteBuffer entry(long index) {
        ByteBuffer entry = ByteBuffer.allocate(SymbolDescriptor.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        bytes.read(offset + index * SymbolDescriptor.SIZE, entry, "symbol");
        return entry;
    }

    private Symbol symbol(long index, ByteBuffer buffer, int at) {
        String text = bytes.string(namesOffset + SymbolDescriptor.name(buffer, at), namesEnd, MAXIMUM_NAME);
        String name = text;
        String version = versions.isPresent() ? versions.get().nameOf(index) : "";
        boolean defaultVersion = versions.isEmpty() || versions.get().isDefault(index);
        boolean defined = SymbolDescriptor.sectionIndex(buffer, at) != 0;
        int sign = text.indexOf('@');
        if (version.isEmpty() && sign > 0) {
            name = text.substring(0, sign);
            defaultVersion = text.startsWith("@@", sign);
            version = text.substring(sign + (defaultVersion ? 2 : 1));
        } else {
            defaultVersion &= defined;
        }
        if (version.equals(name)) {
            // The linker marks each version by an absolute symbol of its name.
            version = "";
        }
        return new Symbol(name, version, defaultVersion, SymbolDescriptor.address(buffer, at),
                SymbolDescriptor.size(buffer, at), SymbolDescriptor.type(buffer, at),
                SymbolDescriptor.binding(buffer, at), SymbolDescriptor.sectionIndex(buffer, at));
    }
}
