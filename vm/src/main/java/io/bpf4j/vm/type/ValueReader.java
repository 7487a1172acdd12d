package io.bpf4j.vm.type;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads bytes as values of Java, for showing them.
 *
 * <pre>
 * whole number      Long; BigInteger for a u64 of 2^63 or more
 * bool              Boolean
 * enum              the constant's name, or the number if no constant has it
 * pointer           String such as 0x7ffd1000
 * array of char     String up to the first NUL; bytes that are not UTF-8 become U+FFFD
 * other array       List
 * struct, union     Map from field name to value, in the order of declaration
 * </pre>
 */
public final class ValueReader {
    private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(Long.SIZE);

    private ValueReader() {}

    /**
     * Reads a value at a byte offset from the buffer's start; the buffer's position and order do not matter and do
     * not change.
     *
     * @throws IllegalArgumentException if the value lies outside the buffer, or the type is void
     */
    public static Object read(Type type, ByteBuffer buffer, int offset) {
        if (offset < 0 || offset > buffer.limit() - type.size()) {
            throw new IllegalArgumentException(
                    type.spelling() + " needs " + type.size() + " bytes at " + offset
                            + ", there are " + buffer.limit());
        }
        return value(type, buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN), offset);
    }

    /** Reads a whole number or enum as a number: sign-extended, or for a u64 its 64 bits as they are. */
    public static long readNumber(IntType type, ByteBuffer buffer, int offset) {
        return bits(type, buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN), offset);
    }

    private static Object value(Type type, ByteBuffer in, int offset) {
        return switch (type) {
            case IntType number -> number(number, in, offset);
            case EnumType constants -> constant(constants, in, offset);
            case PointerType ignored -> "0x" + Long.toHexString(in.getLong(offset));
            case ArrayType array -> array.isString() ? text(array, in, offset) : list(array, in, offset);
            case StructType struct -> fields(struct, in, offset);
            case VoidType ignored -> throw new IllegalArgumentException("void has no value");
        };
    }

    private static Object number(IntType type, ByteBuffer in, int offset) {
        long bits = bits(type, in, offset);
        if (type == IntType.BOOL) {
            return bits != 0;
        }
        if (type == IntType.KERNEL_STACK || type == IntType.USER_STACK) {
            return StackId.of(type, bits);
        }
        return type == IntType.U64 && bits < 0
                ? (Object) BigInteger.valueOf(bits).add(TWO_TO_64)
                : (Object) bits;
    }

    private static long bits(IntType type, ByteBuffer in, int offset) {
        return switch (type) {
            case U8, BOOL -> Byte.toUnsignedLong(in.get(offset));
            case S8, CHAR -> in.get(offset);
            case U16 -> Short.toUnsignedLong(in.getShort(offset));
            case S16 -> in.getShort(offset);
            case U32 -> Integer.toUnsignedLong(in.getInt(offset));
            case S32 -> in.getInt(offset);
            case U64, S64, KERNEL_STACK, USER_STACK -> in.getLong(offset);
        };
    }

    private static Object constant(EnumType type, ByteBuffer in, int offset) {
        long bits = bits(type.underlying(), in, offset);
        for (EnumType.Constant constant : type.constants()) {
            if (constant.value() == bits) {
                return constant.name();
            }
        }
        return number(type.underlying(), in, offset);
    }

    private static String text(ArrayType type, ByteBuffer in, int offset) {
        byte[] bytes = new byte[type.length()];
        in.get(offset, bytes);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private static List<Object> list(ArrayType type, ByteBuffer in, int offset) {
        List<Object> values = new ArrayList<>(type.length());
        for (int i = 0; i < type.length(); i++) {
            values.add(value(type.element(), in, offset + i * type.element().size()));
        }
        return values;
    }

    private static Map<String, Object> fields(StructType type, ByteBuffer in, int offset) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (StructType.Field field : type.fields()) {
            values.put(field.name(), value(field.type(), in, offset + field.offset()));
        }
        return values;
    }
}
