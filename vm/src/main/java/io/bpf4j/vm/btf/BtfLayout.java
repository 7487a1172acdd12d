package io.bpf4j.vm.btf;

/**
 * Where things are in BTF (include/uapi/linux/btf.h), little-endian throughout.
 *
 * <pre>
 * struct btf_header, 24 bytes          struct btf_type, 12 bytes, then what the kind adds
 *  0 u16 magic 0xeb9f                   0 u32 name: offset in the strings
 *  2 u8  version 1                      4 u32 info: bits 0-15 vlen, 24-28 kind, 31 kind flag
 *  3 u8  flags 0                        8 u32 size of the type, or id of another type
 *  4 u32 hdr_len
 *  8 u32 type_off  from header's end   struct btf_ext_header, 24 or 32 bytes
 * 12 u32 type_len                       0 as btf_header
 * 16 u32 str_off   from header's end    8 u32 func_info_off   12 u32 func_info_len
 * 20 u32 str_len                       16 u32 line_info_off   20 u32 line_info_len
 *                                      24 u32 core_relo_off   28 u32 core_relo_len
 * </pre>
 */
public final class BtfLayout {
    /** The first two bytes of BTF and of .BTF.ext. */
    public static final int MAGIC = 0xeb9f;
    /** The only version. */
    public static final int VERSION = 1;
    /** The size of the header of BTF in bytes. */
    public static final int HEADER_SIZE = 24;
    /** The size of the header of .BTF.ext in bytes, with the relocation fields. */
    public static final int EXTENSION_HEADER_SIZE = 32;
    /** The size of a record of function information: slot (or byte) offset, type id. */
    public static final int FUNCTION_RECORD_SIZE = 8;
    /** The size of a record of line information: slot (or byte) offset, file name, line text, line and column. */
    public static final int LINE_RECORD_SIZE = 16;
    /** The longest name that kernels take, in bytes (include/linux/kallsyms.h, KSYM_NAME_LEN, before Linux 6.1). */
    public static final int MAX_NAME = 127;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 2;
    static final int HEADER_LENGTH_OFFSET = 4;
    static final int TYPE_OFFSET_OFFSET = 8;
    static final int TYPE_LENGTH_OFFSET = 12;
    static final int STRING_OFFSET_OFFSET = 16;
    static final int STRING_LENGTH_OFFSET = 20;

    static final int TYPE_SIZE = 12;
    static final int TYPE_INFO_OFFSET = 4;
    static final int TYPE_VALUE_OFFSET = 8;
    static final int MAX_ELEMENTS = 0xffff;

    private static final int KIND_SHIFT = 24;
    private static final int KIND_MASK = 0x1f;
    private static final int LINE_SHIFT = 10;
    private static final int MAX_COLUMN = (1 << LINE_SHIFT) - 1;
    private static final int MAX_LINE = (1 << 32 - LINE_SHIFT) - 1;

    private BtfLayout() {}

    static int info(BtfKind kind, int elements, boolean flag) {
        return kind.number() << KIND_SHIFT | elements | (flag ? Integer.MIN_VALUE : 0);
    }

    static int kindNumber(int info) {
        return info >>> KIND_SHIFT & KIND_MASK;
    }

    static int elements(int info) {
        return info & MAX_ELEMENTS;
    }

    static boolean flag(int info) {
        return info < 0;
    }

    /** Packs a place in the source into one word: 22 bits of line, 10 of column; what does not fit is cut off. */
    public static int lineAndColumn(int line, int column) {
        return Math.clamp(line, 0, MAX_LINE) << LINE_SHIFT | Math.clamp(column, 0, MAX_COLUMN);
    }

    /** Returns the line of a packed place. */
    public static int line(int lineAndColumn) {
        return lineAndColumn >>> LINE_SHIFT;
    }

    /** Returns the column of a packed place. */
    public static int column(int lineAndColumn) {
        return lineAndColumn & MAX_COLUMN;
    }
}
