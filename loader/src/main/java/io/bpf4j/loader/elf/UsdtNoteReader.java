package io.bpf4j.loader.elf;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code .note.stapsdt} (systemtap, includes/sys/sdt.h, _SDT_NOTE).
 *
 * <pre>
 *  0    8      16          24
 *  +----+------+-----------+-------------+---------+--------------+
 *  | pc | base | semaphore | provider, 0 | name, 0 | arguments, 0 |
 *  +----+------+-----------+-------------+---------+--------------+
 * </pre>
 */
final class UsdtNoteReader {

    static final String SECTION = ".note.stapsdt";
    private static final String BASE_SECTION = ".stapsdt.base";
    private static final String OWNER = "stapsdt";
    private static final int PC_OFFSET = 0;
    private static final int BASE_OFFSET = 8;
    private static final int SEMAPHORE_OFFSET = 16;
    private static final int STRINGS_OFFSET = 24;
    private static final int MAXIMUM_STRING = 4096;

    private final ElfFile file;
    private final ElfBytes bytes;

    UsdtNoteReader(ElfFile file, ElfBytes bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    List<UsdtProbe> read() {
        var probes = new ArrayList<UsdtProbe>();
        var base = file.section(BASE_SECTION);
        for (Section section : file.sections()) {
            if (section.type() == Section.NOTE && section.name().equals(SECTION)) {
                for (Note note : Note.read(bytes, section.offset(), section.size(), section.alignment())) {
                    if (note.owner().equals(OWNER) && note.type() == Note.STATIC_PROBE) {
                        long linked = note.size() < STRINGS_OFFSET
                                ? 0
                                : bytes.s64(note.offset() + BASE_OFFSET);
                        probes.add(probe(note, base.map(s -> s.address() - linked).orElse(0L)));
                    }
                }
            }
        }
        return List.copyOf(probes);
    }

    /**
     * @param moved how far {@code .stapsdt.base} lies from where it was when the note was written
     */
    private UsdtProbe probe(Note note, long moved) {
        if (note.size() < STRINGS_OFFSET) {
            throw bytes.failure(note.offset(),
                    "a static probe's note of only %d bytes".formatted(note.size()));
        }
        long address = bytes.s64(note.offset() + PC_OFFSET) + moved;
        long semaphore = bytes.s64(note.offset() + SEMAPHORE_OFFSET);
        if (semaphore != 0) {
            semaphore += moved;
        }
        long end = note.offset() + note.size();
        long providerAt = note.offset() + STRINGS_OFFSET;
        long nameAt = behind(providerAt, end);
        long argumentsAt = behind(nameAt, end);
        return new UsdtProbe(bytes.string(providerAt, end, MAXIMUM_STRING),
                bytes.string(nameAt, end, MAXIMUM_STRING),
                address, file.fileOffset(address).orElse(-1), bytes.s64(note.offset() + BASE_OFFSET),
                semaphore,
                semaphore == 0 ? 0 : file.fileOffset(semaphore).orElse(-1),
                bytes.string(argumentsAt, end, MAXIMUM_STRING));
    }

    /** Where the string behind the one at {@code at} starts. */
    private long behind(long at, long end) {
        long next = at;
        while (next < end && bytes.u8(next) != 0) {
            next++;
        }
        return Math.min(next + 1, end);
    }
}
