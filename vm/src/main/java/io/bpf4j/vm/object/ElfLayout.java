package io.bpf4j.vm.object;

/**
 * Where things are in a relocatable ELF-64 file (System V ABI, chapter 4), little-endian.
 *
 * <pre>
 * header, 64 bytes             section header, 64        symbol, 24             relocation, 16
 *  0 magic, class, data, ...    0 u32 name                0 u32 name             0 u64 offset
 * 16 u16 type                   4 u32 type                4 u8  bind, type       8 u64 symbol, type
 * 18 u16 machine                8 u64 flags               5 u8  visibility
 * 20 u32 version               16 u64 address             6 u16 section
 * 40 u64 section headers       24 u64 offset              8 u64 value
 * 52 u16 header size           32 u64 size               16 u64 size
 * 58 u16 section header size   40 u32 link  44 u32 info
 * 60 u16 sections              48 u64 alignment
 * 62 u16 section of names      56 u64 entry size
 * </pre>
 */
final class ElfLayout {
    static final int MAGIC = 0x464c457f;
    static final int CLASS_64 = 2;
    static final int LITTLE_ENDIAN = 1;
    static final int VERSION = 1;
    static final int RELOCATABLE = 1;
    static final int MACHINE_BPF = 247;

    static final int HEADER_SIZE = 64;
    static final int IDENT_SIZE = 16;
    static final int CLASS_OFFSET = 4;
    static final int DATA_OFFSET = 5;
    static final int MACHINE_OFFSET = 18;
    static final int SECTION_HEADERS_OFFSET = 40;
    static final int SECTION_HEADER_SIZE_OFFSET = 58;
    static final int SECTION_COUNT_OFFSET = 60;
    static final int NAMES_SECTION_OFFSET = 62;

    static final int SECTION_HEADER_SIZE = 64;
    static final int SECTION_TYPE_OFFSET = 4;
    static final int SECTION_FLAGS_OFFSET = 8;
    static final int SECTION_DATA_OFFSET = 24;
    static final int SECTION_SIZE_OFFSET = 32;
    static final int SECTION_LINK_OFFSET = 40;
    static final int SECTION_INFO_OFFSET = 44;

    static final int SYMBOL_SIZE = 24;
    static final int RELOCATION_SIZE = 16;

    static final int SHT_PROGBITS = 1;
    static final int SHT_SYMTAB = 2;
    static final int SHT_STRTAB = 3;
    static final int SHT_NOBITS = 8;
    static final int SHT_REL = 9;

    static final int SHF_WRITE = 1;
    static final int SHF_ALLOC = 2;
    static final int SHF_EXECINSTR = 4;
    static final int SHF_INFO_LINK = 0x40;

    static final int STB_LOCAL = 0;
    static final int STB_WEAK = 2;

    static final int STT_NOTYPE = 0;
    static final int STT_OBJECT = 1;
    static final int STT_FUNC = 2;
    static final int STT_SECTION = 3;

    /** The address of a map or variable, in a load of a 64-bit immediate (llvm BPFRelocs: R_BPF_64_64). */
    static final int R_BPF_64_64 = 1;
    /** The distance to a function, in a call (R_BPF_64_32). */
    static final int R_BPF_64_32 = 10;

    private ElfLayout() {}
}
