package io.bpf4j.loader.elf;

/**
 * {@code Elf64_Phdr}, one program header (System V gABI, "Program Header").
 *
 * <pre>
 *  0      4       8        16                24                 32          40            48      56
 *  +------+-------+--------+-----------------+------------------+-----------+-------------+-------+
 *  | type | flags | offset | virtual address | physical address | file size | memory size | align |
 *  +------+-------+--------+-----------------+------------------+-----------+-------------+-------+
 * </pre>
 */
final class SegmentDescriptor {

    static final int TYPE_OFFSET = 0;
    static final int FLAGS_OFFSET = 4;
    static final int OFFSET_OFFSET = 8;
    static final int ADDRESS_OFFSET = 16;
    static final int FILE_SIZE_OFFSET = 32;
    static final int MEMORY_SIZE_OFFSET = 40;
    static final int ALIGNMENT_OFFSET = 48;
    static final int SIZE = 56;

    private SegmentDescriptor() {}

    static Segment read(ElfBytes bytes, long at) {
        return new Segment(bytes.s32(at + TYPE_OFFSET), bytes.s32(at + FLAGS_OFFSET),
                bytes.s64(at + OFFSET_OFFSET),
                bytes.s64(at + ADDRESS_OFFSET), bytes.s64(at + FILE_SIZE_OFFSET),
                bytes.s64(at + MEMORY_SIZE_OFFSET),
                bytes.s64(at + ALIGNMENT_OFFSET));
    }
}
