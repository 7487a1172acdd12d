package io.bpf4j.tools.common;

import java.nio.charset.StandardCharsets;

/**
 * One of C's conversions of whole numbers (C17, 7.21.6.1): {@code d i u x X o p} with flags, width and
 * precision.
 *
 * <p>Belongs to one thread, because it keeps its digits' memory.
 */
final class NumberConversion {

    private static final byte[] LOWER = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UPPER = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final String NULL_POINTER = "(nil)";
    /** 2^64 - 1 has 22 octal digits, and the alternate form one more. */
    private static final int MOST_DIGITS = 23;

    private final char letter;
    private final boolean left;
    private final boolean zeros;
    private final boolean alternate;
    private final String positiveSign;
    private final int width;
    private final int precision;
    private final byte[] digits = new byte[MOST_DIGITS];

    /** Takes the parts of a conversion; {@code precision} is -1 if there is none. */
    NumberConversion(char letter, String flags, int width, int precision) {
        this.letter = letter;
        this.width = width;
        this.precision = precision;
        left = flags.indexOf('-') >= 0;
        zeros = flags.indexOf('0') >= 0 && !left && precision < 0;
        alternate = flags.indexOf('#') >= 0 || letter == 'p';
        positiveSign = flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
    }

    /**
     * Prints a number.
     *
     * @param value widened by the signedness of its type
     * @param size bytes of its type; C widens what is shorter than an int to an int
     */
    void write(long value, int size, Output output) {
        if (letter == 'p' && value == 0) {
            pad(NULL_POINTER.length(), ' ', !left, output);
            output.text(NULL_POINTER);
            pad(NULL_POINTER.length(), ' ', left, output);
            return;
        }
        boolean wide = size > Integer.BYTES;
        switch (letter) {
            case 'd', 'i' -> {
                long signed = wide ? value : (int) value;
                write(signed < 0 ? "-" : positiveSign, decimal(signed < 0 ? -signed : signed), output);
            }
            case 'u' -> write("", decimal(wide ? value : value & 0xffff_ffffL), output);
            default -> writeBits(wide ? value : value & 0xffff_ffffL, output);
        }
    }

    private void writeBits(long value, Output output) {
        String prefix = alternate && value != 0 ? letter == 'X' ? "0X" : "0x" : "";
        switch (letter) {
            case 'o' -> write("", octal(value), output);
            case 'X' -> write(prefix, powerOfTwo(value, 4, UPPER), output);
            default -> write(prefix, powerOfTwo(value, 4, LOWER), output);
        }
    }

    /** Octal's alternate form is one more zero, where the precision has not put one already. */
    private int octal(long value) {
        int length = powerOfTwo(value, 3, LOWER);
        if (alternate && precision <= length && (length == 0 || value != 0)) {
            digits[MOST_DIGITS - length - 1] = '0';
            return length + 1;
        }
        return length;
    }

    private int powerOfTwo(long value, int bits, byte[] alphabet) {
        int at = MOST_DIGITS;
        for (long rest = value; rest != 0; rest >>>= bits) {
            digits[--at] = alphabet[(int) (rest & ((1 << bits) - 1))];
        }
        return orZero(at);
    }

    private int decimal(long value) {
        int at = MOST_DIGITS;
        long rest = value;
        if (rest < 0) {
            digits[--at] = (byte) ('0' + Long.remainderUnsigned(rest, 10));
            rest = Long.divideUnsigned(rest, 10);
        }
        for (; rest != 0; rest /= 10) {
            digits[--at] = (byte) ('0' + rest % 10);
        }
        return orZero(at);
    }

    /** Zero has one digit, but none with the precision 0. */
    private int orZero(int at) {
        if (at == MOST_DIGITS && precision != 0) {
            digits[at - 1] = '0';
            return 1;
        }
        return MOST_DIGITS - at;
    }

    private void write(String prefix, int length, Output output) {
        int shown = Math.max(precision, length);
        if (zeros) {
            shown = Math.max(shown, width - prefix.length());
        }
        pad(prefix.length() + shown, ' ', !left, output);
        output.text(prefix);
        output.repeat('0', shown - length);
        output.bytes(digits, MOST_DIGITS - length, length);
        pad(prefix.length() + shown, ' ', left, output);
    }

    private void pad(int length, char with, boolean here, Output output) {
        if (here) {
            output.repeat(with, width - length);
        }
    }
}
