package io.bpf4j.vm.btf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Where the types and strings of BTF are in its bytes.
 *
 * @param in from an array, little-endian
 * @param typeStart where the first record of a type is
 * @param typeEnd where the last one ends
 * @param stringStart where the empty string is that comes first
 * @param stringEnd where the NUL of the last string ends
 */
record BtfSections(ByteBuffer in, int typeStart, int typeEnd, int stringStart, int stringEnd) {

    /**
     * Reads the header.
     *
     * @throws BtfException if it is wrong, or the strings do not begin and end with NUL
     */
    static BtfSections of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < BtfLayout.HEADER_SIZE
                || Short.toUnsignedInt(in.getShort(BtfLayout.MAGIC_OFFSET)) != BtfLayout.MAGIC) {
            throw new BtfException("not little-endian BTF");
        }
        if (in.get(BtfLayout.VERSION_OFFSET) != BtfLayout.VERSION) {
            throw new BtfException("BTF version " + in.get(BtfLayout.VERSION_OFFSET) + ", only 1 is known");
        }
        long header = Integer.toUnsignedLong(in.getInt(BtfLayout.HEADER_LENGTH_OFFSET));
        long typeStart = header + Integer.toUnsignedLong(in.getInt(BtfLayout.TYPE_OFFSET_OFFSET));
        long typeEnd = typeStart + Integer.toUnsignedLong(in.getInt(BtfLayout.TYPE_LENGTH_OFFSET));
        long stringStart = header + Integer.toUnsignedLong(in.getInt(BtfLayout.STRING_OFFSET_OFFSET));
        long stringEnd = stringStart + Integer.toUnsignedLong(in.getInt(BtfLayout.STRING_LENGTH_OFFSET));
        if (header < BtfLayout.HEADER_SIZE || typeEnd > bytes.length || stringEnd > bytes.length) {
            throw new BtfException("types or strings of BTF lie outside its " + bytes.length + " bytes");
        }
        if (stringStart == stringEnd || bytes[(int) stringStart] != 0 || bytes[(int) stringEnd - 1] != 0) {
            throw new BtfException("the strings of BTF do not begin and end with NUL");
        }
        return new BtfSections(in, (int) typeStart, (int) typeEnd, (int) stringStart, (int) stringEnd);
    }

    /** Returns the types as 32-bit words. */
    int[] typeWords() {
        int[] words = new int[(typeEnd - typeStart) / Integer.BYTES];
        in.slice(typeStart, typeEnd - typeStart).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
        return words;
    }

    /**
     * Returns the info word of the record of a type.
     *
     * @throws BtfException if it is cut off
     */
    int info(int at, int id) {
        if (typeEnd - at < BtfLayout.TYPE_SIZE) {
            throw new BtfException("type " + id + " is cut off");
        }
        return in.getInt(at + BtfLayout.TYPE_INFO_OFFSET);
    }

    /**
     * Returns the size in bytes of the record of a type.
     *
     * @throws BtfException if its kind is unknown or it is cut off
     */
    int recordSize(int info, int at, int id) {
        BtfKind kind = BtfKind.of(BtfLayout.kindNumber(info));
        if (kind == null || kind == BtfKind.VOID) {
            throw new BtfException("type " + id + " is of the unknown kind " + BtfLayout.kindNumber(info));
        }
        int size = kind.recordSize(BtfLayout.elements(info));
        if (size > typeEnd - at) {
            throw new BtfException("type " + id + " is cut off");
        }
        return size;
    }

    /** Returns where the string at an offset of the string section starts. */
    int stringAt(int offset) {
        if (offset < 0 || offset >= stringEnd - stringStart) {
            throw new BtfException("no string at " + Integer.toUnsignedString(offset));
        }
        return stringStart + offset;
    }

    /** Returns whether the string at an offset of the string section is the one that is wanted. */
    boolean stringEquals(int offset, byte[] wanted) {
        int start = stringAt(offset);
        byte[] bytes = in.array();
        return stringEnd - start > wanted.length && bytes[start + wanted.length] == 0
                && Arrays.equals(bytes, start, start + wanted.length, wanted, 0, wanted.length);
    }

    /** Returns whether the string at an offset of the string section starts like this and goes on. */
    boolean stringStarts(int offset, byte[] wanted) {
        int start = stringAt(offset);
        byte[] bytes = in.array();
        return stringEnd - start > wanted.length && bytes[start + wanted.length] != 0
                && Arrays.equals(bytes, start, start + wanted.length, wanted, 0, wanted.length);
    }
}
