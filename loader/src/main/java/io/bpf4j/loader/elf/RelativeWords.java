package io.bpf4j.loader.elf;

import java.util.OptionalLong;

/**
 * Reads relocations that add only the load address: entries with an addend, and the compact table of those whose addend
 * stands in the word itself (System V gABI, "Relative Relocation Table").
 *
 * <pre>
 *  Elf64_Rela    0        8      16       24        Elf64_Relr    an even word is an address; in an odd one, bit i says
 *                +--------+------+--------+                       that the (i - 1)th word after the last is meant, too
 *                | offset | info | addend |
 *                +--------+------+--------+
 * </pre>
 */
final class RelativeWords {
    private static final int ENTRY_SIZE = 24;
    private static final int INFO_OFFSET = 8;
    private static final int ADDEND_OFFSET = 16;
    /** R_X86_64_RELATIVE. */
    private static final long RELATIVE = 8;
    private static final int BITS = 63;

    private final ElfFile file;
    private final ElfBytes bytes;
    private final DynamicSection.Raw entries;

    RelativeWords(ElfFile file, ElfBytes bytes, DynamicSection.Raw entries) {
        this.file = file;
        this.bytes = bytes;
        this.entries = entries;
    }

    void forEach(RelativeWordVisitor visitor) {
        long size = entries.value(DynamicDescriptor.RELOCATIONS_SIZE).orElse(0L);
        OptionalLong start = offset(DynamicDescriptor.RELOCATIONS, size);
        for (long i = 0; start.isPresent() && i + ENTRY_SIZE <= size; i += ENTRY_SIZE) {
            long at = start.getAsLong() + i;
            if (bytes.s64(at + INFO_OFFSET) == RELATIVE) {
                visitor.visit(bytes.s64(at), bytes.s64(at + ADDEND_OFFSET));
            }
        }
        forEachCompact(visitor);
    }

    private void forEachCompact(RelativeWordVisitor visitor) {
        long size = entries.value(DynamicDescriptor.RELATIVE_SIZE).orElse(0L);
        OptionalLong start = offset(DynamicDescriptor.RELATIVE, size);
        long next = 0;
        for (long i = 0; start.isPresent() && i + Long.BYTES <= size; i += Long.BYTES) {
            long entry = bytes.s64(start.getAsLong() + i);
            if ((entry & 1) == 0) {
                visit(visitor, entry);
                next = entry + Long.BYTES;
            } else {
                for (int bit = 0; bit < BITS; bit++) {
                    if ((entry >>> bit + 1 & 1) != 0) {
                        visit(visitor, next + (long) bit * Long.BYTES);
                    }
                }
                next += (long) BITS * Long.BYTES;
            }
        }
    }

    private void visit(RelativeWordVisitor visitor, long at) {
        OptionalLong offset = file.fileOffset(at);
        if (offset.isPresent()) {
            visitor.visit(at, bytes.s64(offset.getAsLong()));
        }
    }

    private OptionalLong offset(long tag, long size) {
        OptionalLong offset = entries.value(tag).map(file::fileOffset).orElse(OptionalLong.empty());
        if (offset.isPresent()) {
            bytes.checkRange(offset.getAsLong(), size, "relocations");
        }
        return offset;
    }
}
