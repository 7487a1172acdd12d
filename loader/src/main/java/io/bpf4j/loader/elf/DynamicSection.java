package io.bpf4j.loader.elf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the dynamic linker reads in a file.
 *
 * @param soname  the name under which other files need this library, DT_SONAME
 * @param needed  the libraries that this file needs, DT_NEEDED, in order
 * @param runPath the folders in which it looks for them first, DT_RUNPATH or else DT_RPATH, unexpanded
 * @param pie     whether the file calls itself a position-independent executable, DF_1_PIE
 */
public record DynamicSection(Optional<String> soname, List<String> needed, Optional<String> runPath,
        boolean pie) {

    private static final int MAXIMUM_STRING = 4096;
    private static final int MAXIMUM_NEEDED = 65536;
    private static final int MAXIMUM_ENTRIES = 1 << 20;

    /** Of a file without a dynamic section. */
    static final DynamicSection NONE = new DynamicSection(Optional.empty(), List.of(), Optional.empty(),
            false);

    /** The entries as they are stored: DT_NEEDED apart, of every other tag the last. */
    record Raw(Map<Long, Long> values, List<Long> needed) {

        static Raw read(ElfBytes bytes, Segment segment) {
            bytes.checkRange(segment.offset(), segment.fileSize(), "dynamic section");
            var values = new HashMap<Long, Long>();
            var needed = new ArrayList<Long>();
            long count = Math.min(segment.fileSize() / DynamicDescriptor.SIZE, MAXIMUM_ENTRIES);
            for (long i = 0; i < count; i++) {
                long at = segment.offset() + i * DynamicDescriptor.SIZE;
                long tag = bytes.s64(at + DynamicDescriptor.TAG_OFFSET);
                long value = bytes.s64(at + DynamicDescriptor.VALUE_OFFSET);
                if (tag == DynamicDescriptor.END) {
                    break;
                }
                if (tag == DynamicDescriptor.NEEDED) {
                    needed.add(value);
                } else {
                    values.put(tag, value);
                }
            }
            if (needed.size() > MAXIMUM_NEEDED) {
                throw bytes.failure(segment.offset(),
                        "more than %d needed libraries".formatted(MAXIMUM_NEEDED));
            }
            return new Raw(values, needed);
        }

        Optional<Long> value(long tag) {
            return Optional.ofNullable(values.get(tag));
        }
    }

    /**
     * @param stringsOffset file offset of the dynamic string table
     */
    static DynamicSection of(ElfBytes bytes, Raw raw, long stringsOffset) {
        long size = raw.value(DynamicDescriptor.STRINGS_SIZE).orElse(0L);
        bytes.checkRange(stringsOffset, size, "dynamic string table");
        long end = stringsOffset + size;
        Optional<Long> runPath = raw.value(DynamicDescriptor.RUNPATH)
                .or(() -> raw.value(DynamicDescriptor.RPATH));
        return new DynamicSection(
                raw.value(DynamicDescriptor.SONAME).map(at -> text(bytes, stringsOffset, at, end)),
                raw.needed().stream().map(at -> text(bytes, stringsOffset, at, end)).toList(),
                runPath.map(at -> text(bytes, stringsOffset, at, end)),
                (raw.value(DynamicDescriptor.FLAGS_1).orElse(0L) & DynamicDescriptor.FLAG_PIE) != 0);
    }

    private static String text(ElfBytes bytes, long start, long at, long end) {
        if (at < 0 || at >= end - start) {
            throw bytes.failure(start, "a name %s bytes into the dynamic string table of %d bytes"
                    .formatted(Long.toUnsignedString(at), end - start));
        }
        return bytes.string(start + at, end, MAXIMUM_STRING);
    }
}
