package io.bpf4j.loader.elf;

import java.nio.ByteBuffer;

/**
 * {@code Elf64_Sym}, one symbol (System V gABI, "Symbol Table").
 *
 * <pre>
 *  0      4                    5            6               8         16     24
 *  +------+--------------------+------------+---------------+---------+------+
 *  | name | binding:4 | type:4 | visibility | section index | address | size |
 *  +------+--------------------+------------+---------------+---------+------+
 * </pre>
 */
final class SymbolDescriptor {

    static final int NAME_OFFSET = 0;
    static final int INFO_OFFSET = 4;
    static final int SECTION_INDEX_OFFSET = 6;
    static final int ADDRESS_OFFSET = 8;
    static final int SIZE_OFFSET = 16;
    static final int SIZE = 24;

    private static final int TYPE_MASK = 0xf;
    private static final int BINDING_SHIFT = 4;

    private SymbolDescriptor() {}

    static long name(ByteBuffer buffer, int at) {
        return Integer.toUnsignedLong(buffer.getInt(at + NAME_OFFSET));
    }

    static int sectionIndex(ByteBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at + SECTION_INDEX_OFFSET));
    }

    static SymbolType type(ByteBuffer buffer, int at) {
        return SymbolType.of(buffer.get(at + INFO_OFFSET) & TYPE_MASK);
    }

    static SymbolBinding binding(ByteBuffer buffer, int at) {
        return SymbolBinding.of((buffer.get(at + INFO_OFFSET) & 0xff) >> BINDING_SHIFT);
    }

    static long address(ByteBuffer buffer, int at) {
        return buffer.getLong(at + ADDRESS_OFFSET);
    }

    static long size(ByteBuffer buffer, int at) {
        return buffer.getLong(at + SIZE_OFFSET);
    }
}
