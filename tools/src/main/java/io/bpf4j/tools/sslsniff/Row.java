package io.bpf4j.tools.sslsniff;

import io.bpf4j.tools.common.Output;

/** Writes one row of left-aligned columns, without making objects. */
final class Row {
    private static final int DIGITS = 20;
    private static final long NANOSECONDS = 1_000_000_000;
    private static final int NANOSECOND_DIGITS = 9;
    private static final long MICROSECONDS = 1_000;
    private static final int MICROSECOND_DIGITS = 3;
    private static final int RADIX = 10;

    private final Output output;
    private final byte[] digits = new byte[DIGITS + 1];

    Row(Output output) {
        this.output = output;
    }

    /** Ends a column: fills it up, and separates it from the next. */
    Row next(int used, int width) {
        output.repeat(' ', width - used).oneByte(' ');
        return this;
    }

    /** Fills up the last column. */
    Row end(int used, int width) {
        output.repeat(' ', width - used);
        return this;
    }

    /** Writes text; returns its length in bytes if it is ASCII. */
    int text(String text) {
        output.text(text);
        return text.length();
    }

    /** Writes a whole number; returns how many bytes that took. */
    int number(long value) {
        return number(value, 1);
    }

    private int number(long value, int leastDigits) {
        int at = digits.length;
        long rest = value;
        do {
            digits[--at] = (byte) ('0' + Math.abs(rest % RADIX));
            rest /= RADIX;
        } while (rest != 0 || digits.length - at < leastDigits);
        if (value < 0) {
            digits[--at] = '-';
        }
        output.bytes(digits, at, digits.length - at);
        return digits.length - at;
    }

    /** Writes nanoseconds as seconds with nine decimals. */
    int seconds(long nanoseconds) {
        return fixed(nanoseconds, NANOSECONDS, NANOSECOND_DIGITS);
    }

    /** Writes nanoseconds as milliseconds with three decimals. */
    int milliseconds(long nanoseconds) {
        return fixed((nanoseconds + MICROSECONDS / 2) / MICROSECONDS, MICROSECONDS, MICROSECOND_DIGITS);
    }

    private int fixed(long value, long unit, int decimals) {
        int sign = value < 0 ? text("-") : 0;
        long absolute = Math.abs(value);
        int whole = number(absolute / unit);
        output.oneByte('.');
        return sign + whole + 1 + number(absolute % unit, decimals);
    }
}
