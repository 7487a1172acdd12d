package io.bpf4j.loader.elf;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Versions of dynamic symbols: {@code .gnu.version} has 16 bits for each, which the two tables beside it give a name
 * (LSB Core, "Symbol Versioning"; glibc, elf/link.h).
 *
 * <pre>
 *  Elf64_Verdef   0 version:2  2 flags:2  4 index:2  6 count:2  8 hash:4  12 aux:4  16 next:4   (20 bytes)
 *  Elf64_Verdaux  0 name:4     4 next:4
 *  Elf64_Verneed  0 version:2  2 count:2  4 file:4   8 aux:4   12 next:4                        (16 bytes)
 *  Elf64_Vernaux  0 hash:4     4 flags:2  6 index:2  8 name:4  12 next:4                        (16 bytes)
 * </pre>
 *
 * {@code aux} and {@code next} count from the start of their own entry; {@code next} 0 is the last.
 */
final class SymbolVersions {

    private static final int DEFINITION_INDEX_OFFSET = 4;
    private static final int DEFINITION_AUX_OFFSET = 12;
    private static final int DEFINITION_NEXT_OFFSET = 16;
    private static final int DEFINITION_SIZE = 20;
    private static final int DEFINITION_NAME_OFFSET = 0;
    private static final int DEFINITION_NAME_SIZE = 8;
    private static final int NEED_COUNT_OFFSET = 2;
    private static final int NEED_AUX_OFFSET = 8;
    private static final int NEED_NEXT_OFFSET = 12;
    private static final int NEED_SIZE = 16;
    private static final int NEED_INDEX_OFFSET = 6;
    private static final int NEED_NAME_OFFSET = 8;

    /** VERSYM_HIDDEN: the version is not the default one of its name. */
    private static final int HIDDEN = 0x8000;
    private static final int INDEX_MASK = 0x7fff;
    /** 0 is local, 1 global without a version. */
    private static final int FIRST_NAMED_INDEX = 2;
    /** Indexes have 15 bits, so more entries than this are a loop or a lie. */
    private static final int MAXIMUM_ENTRIES = 0x8000;
    private static final int MAXIMUM_NAME = 255;

    private final ElfBytes bytes;
    private final long indexesOffset;
    private final long count;
    private final long namesOffset;
    private final long namesEnd;
    private final Map<Integer, String> names = new HashMap<>();
    private final Set<Integer> needed = new HashSet<>();
    private int entries;

    /**
     * @param indexes section {@code .gnu.version}
     * @param names   the string table of both version tables
     */
    SymbolVersions(ElfBytes bytes, Section indexes, Section names) {
        bytes.checkRange(indexes.offset(), indexes.size(), indexes.name());
        bytes.checkRange(names.offset(), names.size(), names.name());
        this.bytes = bytes;
        this.indexesOffset = indexes.offset();
        this.count = indexes.size() / Short.BYTES;
        this.namesOffset = names.offset();
        this.namesEnd = names.offset() + names.size();
    }

    void addDefinitions(Section section) {
        bytes.checkRange(section.offset(), section.size(), section.name());
        long end = section.offset() + section.size();
        long at = section.offset();
        long next;
        do {
            checkEntry(at, DEFINITION_SIZE, end, section);
            long aux = at + bytes.u32(at + DEFINITION_AUX_OFFSET);
            checkEntry(aux, DEFINITION_NAME_SIZE, end, section);
            put(bytes.u16(at + DEFINITION_INDEX_OFFSET), bytes.u32(aux + DEFINITION_NAME_OFFSET));
            next = bytes.u32(at + DEFINITION_NEXT_OFFSET);
            at += next;
        } while (next != 0);
    }

    void addNeeds(Section section) {
        bytes.checkRange(section.offset(), section.size(), section.name());
        long end = section.offset() + section.size();
        long at = section.offset();
        long next;
        do {
            checkEntry(at, NEED_SIZE, end, section);
            long aux = at + bytes.u32(at + NEED_AUX_OFFSET);
            for (int i = bytes.u16(at + NEED_COUNT_OFFSET); i > 0; i--) {
                checkEntry(aux, NEED_SIZE, end, section);
                needed.add(bytes.u16(aux + NEED_INDEX_OFFSET) & INDEX_MASK);
                put(bytes.u16(aux + NEED_INDEX_OFFSET), bytes.u32(aux + NEED_NAME_OFFSET));
                aux += bytes.u32(aux + NEED_NEXT_OFFSET);
            }
            next = bytes.u32(at + NEED_NEXT_OFFSET);
            at += next;
        } while (next != 0);
    }

    /** Name of the version of symbol {@code index}, empty when it has none. */
    String nameOf(long index) {
        int version = raw(index) & INDEX_MASK;
        return version < FIRST_NAMED_INDEX ? "" : names.getOrDefault(version, "");
    }

    /** Not so for a variable that an executable copied from the library whose version it needs. */
    boolean isDefault(long index) {
        return (raw(index) & HIDDEN) == 0 && !needed.contains(raw(index) & INDEX_MASK);
    }

    private int raw(long index) {
        return index < count ? bytes.u16(indexesOffset + index * Short.BYTES) : 0;
    }

    private void put(int index, long name) {
        names.put(index & INDEX_MASK, bytes.string(namesOffset + name, namesEnd, MAXIMUM_NAME));
    }

    private void checkEntry(long at, int size, long end, Section section) {
        if (at > end - size) {
            throw bytes.failure(at, "an entry lies behind the end of " + section.name());
        }
        if (++entries > 2 * MAXIMUM_ENTRIES) {
            throw bytes.failure(at, "more than %d versions in %s".formatted(MAXIMUM_ENTRIES, section.name()));
        }
    }
}
