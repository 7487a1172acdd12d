package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.abi.ErrorNumber;

/**
 * A number that was read from text (kernel/bpf/helpers.c, __bpf_strtoull; lib/kstrtox.c).
 *
 * @param result how many bytes were read, or a negative error number
 * @param negative whether there was a minus
 * @param value the digits' value, unsigned
 */
record NumberText(long result, boolean negative, long value) {

    private static final long BASE = 0x1f;
    /** The most characters behind spaces and sign that are looked at. */
    private static final int MAX_LENGTH = 63;
    /** A space that cannot be broken, in Latin-1: the kernel's isspace has it. */
    private static final int HARD_SPACE = 0xa0;
    private static final int HEXADECIMAL = 16;

    /** Reads a number of base 8, 10, 16, or, for flags of 0, the one that it is written in. */
    static NumberText parse(byte[] text, long flags) {
        int base = (int) (flags & BASE);
        boolean known = base == 0 || base == 8 || base == 10 || base == HEXADECIMAL;
        if (!known || (flags & ~BASE) != 0) {
            return error(ErrorNumber.EINVAL);
        }
        int at = 0;
        while (at < text.length && isSpace(text[at])) {
            at++;
        }
        boolean negative = at < text.length && text[at] == '-';
        if (negative) {
            at++;
        }
        if (at == text.length) {
            return error(ErrorNumber.EINVAL);
        }
        int end = Math.min(text.length, at + MAX_LENGTH);
        boolean hex = is(text, at, end, '0') && is(text, at + 1, end, 'x');
        if (base == 0) {
            base = !is(text, at, end, '0')
                    ? 10
                    : hex && at + 2 < end && digit(text[at + 2]) >= 0 ? HEXADECIMAL : 8;
        }
        if (base == HEXADECIMAL && hex) {
            at += 2;
        }
        return digits(text, at, end, base, negative);
    }

    private static NumberText digits(byte[] text, int from, int end, int base, boolean negative) {
        long value = 0;
        boolean overflow = false;
        int at = from;
        for (; at < end; at++) {
            int digit = digit(text[at]);
            if (digit < 0 || digit >= base) {
                break;
            }
            overflow |= Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, base)) > 0;
            value = value * base + digit;
        }
        if (overflow) {
            return error(ErrorNumber.ERANGE);
        }
        return at == from ? error(ErrorNumber.EINVAL) : new NumberText(at, negative, value);
    }

    private static NumberText error(ErrorNumber error) {
        return new NumberText(error.result(), false, 0);
    }

    /** Returns whether there is a character, in whichever case. */
    private static boolean is(byte[] text, int at, int end, char lower) {
        return at < end && (text[at] | ' ') == (lower | ' ');
    }

    private static int digit(byte character) {
        return character < 0 ? -1 : Character.digit(character, HEXADECIMAL);
    }

    static boolean isSpace(byte character) {
        return character == ' ' || character >= '\t' && character <= '\r' || (character & 0xff) == HARD_SPACE;
    }
}
