package io.bpf4j.vm.type;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Makes bytes of a text from a command line, such as {@code 42}, {@code 0x10}, {@code true} or {@code nginx}. */
public final class ValueWriter {

    private ValueWriter() {}

    /**
     * Returns the bytes of a value, as many as the type's size.
     *
     * <p>Numbers are decimal or, with {@code 0x}, hexadecimal; {@code char} also takes one ASCII character that is no
     * digit; {@code bool} takes true, false, 1 and 0; enums take a constant's name or a number; arrays of char take
     * text with room for a final NUL.
     *
     * @throws ValueFormatException if the text is no value of the type
     */
    public static byte[] parse(Type type, String text) {
        return switch (type) {
            case IntType number -> number(number, text);
            case EnumType constants -> constant(constants, text);
            case PointerType pointer -> bytes(Long.BYTES, inRange(pointer.spelling(), IntType.U64, text));
            case ArrayType array when array.isString() -> text(array, text);
            case ArrayType array -> throw notWritable(array);
            case StructType struct -> throw notWritable(struct);
            case VoidType nothing -> throw notWritable(nothing);
        };
    }

    private static byte[] number(IntType type, String text) {
        if (type == IntType.BOOL) {
            return switch (text) {
                case "true", "1" -> new byte[]{1};
                case "false", "0" -> new byte[]{0};
                default -> throw new ValueFormatException("'" + text + "' is no bool: write true or false");
            };
        }
        if (type == IntType.CHAR && text.length() == 1 && text.charAt(0) < 0x80
                && !Character.isDigit(text.charAt(0))) {
            return new byte[]{(byte) text.charAt(0)};
        }
        return bytes(type.size(), inRange(type.spelling(), type, text));
    }

    private static byte[] constant(EnumType type, String text) {
        for (EnumType.Constant constant : type.constants()) {
            if (constant.name().equals(text)) {
                return bytes(type.size(), BigInteger.valueOf(constant.value()));
            }
        }
        if (!text.isEmpty() && (Character.isDigit(text.charAt(0)) || text.charAt(0) == '-')) {
            return bytes(type.size(), inRange(type.spelling(), type.underlying(), text));
        }
        throw new ValueFormatException("'" + text + "' is no constant of " + type.spelling() + ": one of "
                + type.constants().stream().map(EnumType.Constant::name).collect(Collectors.joining(", ")));
    }

    private static byte[] text(ArrayType type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= type.length()) {
            throw new ValueFormatException("'" + text + "' has " + bytes.length + " bytes, " + type.spelling()
                    + " has room for " + Math.max(type.length() - 1, 0) + " and a final NUL");
        }
        return Arrays.copyOf(bytes, type.length());
    }

    private static BigInteger inRange(String spelling, IntType type, String text) {
        BigInteger value = integer(spelling, text);
        int bits = type.size() * Byte.SIZE;
        BigInteger low = type.signed() ? BigInteger.ONE.shiftLeft(bits - 1).negate() : BigInteger.ZERO;
        BigInteger high = BigInteger.ONE.shiftLeft(type.signed() ? bits - 1 : bits).subtract(BigInteger.ONE);
        if (value.compareTo(low) < 0 || value.compareTo(high) > 0) {
            throw new ValueFormatException(
                    text + " does not fit " + spelling + ", which goes from " + low + " to "
                            + high);
        }
        return value;
    }

    private static BigInteger integer(String spelling, String text) {
        boolean negative = text.startsWith("-");
        String digits = negative ? text.substring(1) : text;
        boolean hexadecimal = digits.startsWith("0x") || digits.startsWith("0X");
        String bare = hexadecimal ? digits.substring(2) : digits;
        if (!bare.matches(hexadecimal ? "[0-9a-fA-F]{1,40}" : "[0-9]{1,40}")) {
            throw new ValueFormatException("'" + text + "' is no " + spelling
                    + ": write a whole number, such as 42, -1 or 0x2a");
        }
        BigInteger value = new BigInteger(bare, hexadecimal ? 16 : 10);
        return negative ? value.negate() : value;
    }

    private static byte[] bytes(int size, BigInteger value) {
        ByteBuffer all = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value.longValue());
        return Arrays.copyOf(all.array(), size);
    }

    private static ValueFormatException notWritable(Type type) {
        return new ValueFormatException("a value of type " + type.spelling() + " cannot be given as text");
    }
}
