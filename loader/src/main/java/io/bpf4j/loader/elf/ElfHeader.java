package io.bpf4j.loader.elf;

import java.util.ArrayList;
import java.util.List;

/** The file header with both tables that it points to, read and checked once. */
record ElfHeader(int type, int machine, long entry, List<Segment> segments, List<Section> sections) {

    private static final int MAXIMUM_SECTION_NAME = 255;
    /** Far above any linked file, and low enough that the list is small. */
    private static final int MAXIMUM_HEADERS = 1 << 18;

    static ElfHeader read(ElfBytes bytes) {
        checkIdentity(bytes);
        return new ElfHeader(bytes.u16(ElfHeaderDescriptor.TYPE_OFFSET),
                bytes.u16(ElfHeaderDescriptor.MACHINE_OFFSET), bytes.s64(ElfHeaderDescriptor.ENTRY_OFFSET),
                segments(bytes), sections(bytes));
    }

    private static void checkIdentity(ElfBytes bytes) {
        if (bytes.size() < Integer.BYTES || bytes.s32(0) != ElfHeaderDescriptor.MAGIC) {
            throw bytes.failure(0, "is not an ELF file");
        }
        if (bytes.size() < ElfHeaderDescriptor.SIZE) {
            throw bytes.failure(bytes.size(), "ends within the ELF header");
        }
        switch (bytes.u8(ElfHeaderDescriptor.CLASS_OFFSET)) {
            case ElfHeaderDescriptor.CLASS_64 -> {
                /* the one we read */ }
            case ElfHeaderDescriptor.CLASS_32 -> throw bytes.failure(ElfHeaderDescriptor.CLASS_OFFSET,
                    "is a 32-bit ELF file; only 64-bit files can be traced");
            default -> throw bytes.failure(ElfHeaderDescriptor.CLASS_OFFSET, "has unknown ELF class "
                    + bytes.u8(ElfHeaderDescriptor.CLASS_OFFSET));
        }
        switch (bytes.u8(ElfHeaderDescriptor.DATA_OFFSET)) {
            case ElfHeaderDescriptor.DATA_LITTLE_ENDIAN -> {
                /* the one we read */ }
            case ElfHeaderDescriptor.DATA_BIG_ENDIAN -> throw bytes.failure(ElfHeaderDescriptor.DATA_OFFSET,
                    "is a big-endian ELF file; only little-endian files can be traced");
            default -> throw bytes.failure(ElfHeaderDescriptor.DATA_OFFSET, "has unknown byte order "
                    + bytes.u8(ElfHeaderDescriptor.DATA_OFFSET));
        }
    }

    private static List<Segment> segments(ElfBytes bytes) {
        long start = bytes.s64(ElfHeaderDescriptor.PROGRAM_HEADERS_OFFSET);
        long count = bytes.u16(ElfHeaderDescriptor.PROGRAM_HEADER_COUNT_OFFSET);
        if (count == ElfHeaderDescriptor.EXTENDED_PROGRAM_HEADER_COUNT) {
            count = bytes.u32(firstSection(bytes) + SectionDescriptor.INFO_OFFSET);
        }
        if (count == 0) {
            return List.of();
        }
        checkTable(bytes, "program headers", start, count,
                bytes.u16(ElfHeaderDescriptor.PROGRAM_HEADER_SIZE_OFFSET), SegmentDescriptor.SIZE);
        var segments = new ArrayList<Segment>();
        for (long i = 0; i < count; i++) {
            segments.add(SegmentDescriptor.read(bytes, start + i * SegmentDescriptor.SIZE));
        }
        return List.copyOf(segments);
    }

    private static List<Section> sections(ElfBytes bytes) {
        long start = bytes.s64(ElfHeaderDescriptor.SECTION_HEADERS_OFFSET);
        if (start == 0) {
            return List.of();
        }
        long count = bytes.u16(ElfHeaderDescriptor.SECTION_HEADER_COUNT_OFFSET);
        if (count == 0) {
            count = bytes.s64(firstSection(bytes) + SectionDescriptor.SIZE_OFFSET);
        }
        if (count == 0) {
            return List.of();
        }
        checkTable(bytes, "section headers", start, count,
                bytes.u16(ElfHeaderDescriptor.SECTION_HEADER_SIZE_OFFSET), SectionDescriptor.SIZE);
        long names = bytes.u16(ElfHeaderDescriptor.SECTION_NAMES_INDEX_OFFSET);
        if (names == ElfHeaderDescriptor.EXTENDED_INDEX) {
            names = bytes.u32(firstSection(bytes) + SectionDescriptor.LINK_OFFSET);
        }
        if (names >= count) {
            throw bytes.failure(ElfHeaderDescriptor.SECTION_NAMES_INDEX_OFFSET,
                    "section names are in section %d of %d".formatted(names, count));
        }
        Section nameTable = SectionDescriptor.read(bytes, start + names * SectionDescriptor.SIZE,
                "section names");
        long namesSize = names == 0 ? 0 : nameTable.size();
        bytes.checkRange(nameTable.offset(), namesSize, nameTable.name());
        var sections = new ArrayList<Section>();
        for (long i = 0; i < count; i++) {
            long at = start + i * SectionDescriptor.SIZE;
            sections.add(SectionDescriptor.read(bytes, at,
                    bytes.string(nameTable.offset() + bytes.u32(at + SectionDescriptor.NAME_OFFSET),
                            nameTable.offset() + namesSize, MAXIMUM_SECTION_NAME)));
        }
        return List.copyOf(sections);
    }

    /** Section 0, whose fields hold numbers that are too large for the file header. */
    private static long firstSection(ElfBytes bytes) {
        long start = bytes.s64(ElfHeaderDescriptor.SECTION_HEADERS_OFFSET);
        bytes.checkRange(start, SectionDescriptor.SIZE, "first section header");
        return start;
    }

    private static void checkTable(ElfBytes bytes, String what, long start, long count, int entrySize,
            int expected) {
        if (entrySize != expected) {
            throw bytes.failure(0, "has %s of %d bytes instead of %d".formatted(what, entrySize, expected));
        }
        if (Long.compareUnsigned(count, MAXIMUM_HEADERS) > 0) {
            throw bytes.failure(0,
                    "claims %s %s; more than %d are refused".formatted(Long.toUnsignedString(count),
                            what, MAXIMUM_HEADERS));
        }
        bytes.checkRange(start, count * expected, what);
    }
}
