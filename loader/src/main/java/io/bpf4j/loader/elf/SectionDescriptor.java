package io.bpf4j.loader.elf;

/**
 * {@code Elf64_Shdr}, one section header (System V gABI, "Section Header").
 *
 * <pre>
 *  0      4      8       16        24       32     40     44     48          56           64
 *  +------+------+-------+---------+--------+------+------+------+-----------+------------+
 *  | name | type | flags | address | offset | size | link | info | alignment | entry size |
 *  +------+------+-------+---------+--------+------+------+------+-----------+------------+
 * </pre>
 */
final class SectionDescriptor {

    static final int NAME_OFFSET = 0;
    static final int TYPE_OFFSET = 4;
    static final int FLAGS_OFFSET = 8;
    static final int ADDRESS_OFFSET = 16;
    static final int OFFSET_OFFSET = 24;
    static final int SIZE_OFFSET = 32;
    static final int LINK_OFFSET = 40;
    static final int INFO_OFFSET = 44;
    static final int ALIGNMENT_OFFSET = 48;
    static final int ENTRY_SIZE_OFFSET = 56;
    static final int SIZE = 64;

    private SectionDescriptor() {}

    static Section read(ElfBytes bytes, long at, String name) {
        return new Section(name, bytes.s32(at + TYPE_OFFSET), bytes.s64(at + FLAGS_OFFSET),
                bytes.s64(at + ADDRESS_OFFSET), bytes.s64(at + OFFSET_OFFSET), bytes.s64(at + SIZE_OFFSET),
                bytes.s32(at + LINK_OFFSET), bytes.s32(at + INFO_OFFSET), bytes.s64(at + ALIGNMENT_OFFSET),
                bytes.s64(at + ENTRY_SIZE_OFFSET));
    }
}
