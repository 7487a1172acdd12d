package io.bpf4j.loader.elf;

/**
 * {@code Elf64_Ehdr}, the first 64 bytes of the file (System V gABI, "ELF Header"; include/uapi/linux/elf.h).
 *
 * <pre>
 *  0                    4       5      6         7                     16     18        20        24
 *  +--------------------+-------+------+---------+---------------------+------+---------+---------+
 *  | 7f 'E' 'L' 'F'     | class | data | version | OS ABI, padding     | type | machine | version |
 *  +--------------------+-------+------+---------+---------------------+------+---------+---------+
 *  24      32      40      48      52         54          56      58          60      62         64
 *  +-------+-------+-------+-------+----------+-----------+-------+-----------+-------+----------+
 *  | entry | phoff | shoff | flags | own size | phentsize | phnum | shentsize | shnum | shstrndx |
 *  +-------+-------+-------+-------+----------+-----------+-------+-----------+-------+----------+
 * </pre>
 */
final class ElfHeaderDescriptor {

    /** 7f 'E' 'L' 'F' as a little-endian number. */
    static final int MAGIC = 0x464c457f;
    static final int CLASS_OFFSET = 4;
    static final int CLASS_64 = 2;
    static final int CLASS_32 = 1;
    static final int DATA_OFFSET = 5;
    static final int DATA_LITTLE_ENDIAN = 1;
    static final int DATA_BIG_ENDIAN = 2;
    static final int TYPE_OFFSET = 16;
    static final int MACHINE_OFFSET = 18;
    static final int ENTRY_OFFSET = 24;
    static final int PROGRAM_HEADERS_OFFSET = 32;
    static final int SECTION_HEADERS_OFFSET = 40;
    static final int PROGRAM_HEADER_SIZE_OFFSET = 54;
    static final int PROGRAM_HEADER_COUNT_OFFSET = 56;
    static final int SECTION_HEADER_SIZE_OFFSET = 58;
    static final int SECTION_HEADER_COUNT_OFFSET = 60;
    static final int SECTION_NAMES_INDEX_OFFSET = 62;
    static final int SIZE = 64;

    /** PN_XNUM: the real number of program headers is {@code sh_info} of section 0. */
    static final int EXTENDED_PROGRAM_HEADER_COUNT = 0xffff;
    /** SHN_XINDEX: the real index is {@code sh_link} of section 0. */
    static final int EXTENDED_INDEX = 0xffff;

    private ElfHeaderDescriptor() {}
}
