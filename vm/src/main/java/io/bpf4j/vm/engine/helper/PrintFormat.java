package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.helper.ReadHelpers.Space;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * One use of a format of {@code bpf_snprintf} and {@code bpf_trace_printk}: the kernel's conversions and no others
 * (kernel/bpf/helpers.c, bpf_bprintf_prepare; lib/vsprintf.c, bstr_printf). Unlike the kernel's, {@code %p} shows the
 * address itself and not a hash of it.
 *
 * <p>What a pointer points to ({@code %pks}, {@code %pI4} and the like, but not {@code %s}) has no width, and is left
 * out where it would begin behind the buffer's end. The kernel then takes the next conversion's argument from the wrong
 * place; here it is the right one, which can be seen from the returned length only.
 */
final class PrintFormat {

    /** The room for the arguments, strings among them, in bytes: MAX_BPRINTF_BIN_ARGS. */
    private static final int ROOM = 512;
    /** The widest field (lib/vsprintf.c, FIELD_WIDTH_MAX). */
    private static final int MAX_WIDTH = (1 << 23) - 1;
    private static final int POINTER_DIGITS = 16;

    private final Execution execution;
    private final byte[] format;
    private final long[] arguments;
    private final long limit;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private int at;
    private int used;
    private int room = ROOM;
    private boolean zeros;
    private boolean plus;
    private boolean left;
    private boolean space;
    private int width;

    /**
     * Takes a format without its zero.
     *
     * @param limit the bytes of the buffer that the text is for, with the zero
     */
    PrintFormat(Execution execution, byte[] format, long[] arguments, long limit) {
        this.limit = limit;
        this.execution = execution;
        this.format = format;
        this.arguments = arguments;
    }

    /** Returns what was printed. */
    byte[] text() {
        return text.toByteArray();
    }

    /** Prints; returns 0 or a negative error number. */
    long run() {
        while (at < format.length) {
            byte character = format[at];
            // Bytes with the upper bit set are those of UTF-8.
            boolean printable = character >= ' ' && character < 0x7f || character < 0
                    || character >= '\t' && character <= '\r';
            if (!printable) {
                return ErrorNumber.EINVAL.result();
            }
            at++;
            if (character != '%') {
                text.write(character);
            } else if (peek(0) == '%') {
                text.write('%');
                at++;
            } else {
                long error = used >= arguments.length ? ErrorNumber.EINVAL.result() : conversion();
                if (error != 0) {
                    return error;
                }
            }
        }
        return 0;
    }

    /** Returns a character to come, 0 behind the end. */
    private byte peek(int distance) {
        return at + distance < format.length ? format[at + distance] : 0;
    }

    private void readWidth() {
        zeros = false;
        plus = false;
        left = false;
        space = false;
        width = -1;
        for (;; at++) {
            switch (peek(0)) {
                case '0' -> zeros = true;
                case '+' -> plus = true;
                case '-' -> left = true;
                case ' ' -> space = true;
                default -> {
                    readDigits();
                    zeros &= !left;
                    return;
                }
            }
        }
    }

    private void readDigits() {
        while (peek(0) >= '0' && peek(0) <= '9') {
            width = Math.min(Math.max(width, 0) * 10 + peek(0) - '0', MAX_WIDTH);
            at++;
        }
    }

    private long conversion() {
        readWidth();
        return switch (peek(0)) {
            case 'p' -> pointer();
            case 's' -> string(Space.EITHER, 1);
            case 'c' -> character();
            default -> integer();
        };
    }

    /** Takes room for an argument as the kernel does, which aligns numbers to 4; returns whether there is some. */
    private boolean take(int bytes) {
        room = (room & -Integer.BYTES) - bytes;
        return room >= 0;
    }

    private long character() {
        at++;
        if (room < 1) {
            return ErrorNumber.ENOSPC.result();
        }
        room--;
        pad(new byte[]{(byte) arguments[used++]});
        return 0;
    }

    private long integer() {
        int longs = 0;
        while (longs < 2 && peek(0) == 'l') {
            longs++;
            at++;
        }
        byte letter = peek(0);
        boolean signed = letter == 'd' || letter == 'i';
        boolean hexadecimal = letter == 'x' || letter == 'X';
        if (!signed && !hexadecimal && letter != 'u') {
            return ErrorNumber.EINVAL.result();
        }
        at++;
        if (!take(longs > 0 ? Long.BYTES : Integer.BYTES)) {
            return ErrorNumber.ENOSPC.result();
        }
        long value = arguments[used++];
        if (longs == 0) {
            value = signed ? (int) value : value & 0xffff_ffffL;
        }
        String sign = "";
        if (signed) {
            sign = value < 0 ? "-" : plus ? "+" : space ? " " : "";
            value = Math.abs(value);
        }
        String digits = hexadecimal ? Long.toHexString(value) : Long.toUnsignedString(value);
        number(sign, letter == 'X' ? digits.toUpperCase(Locale.ROOT) : digits);
        return 0;
    }

    private void number(String sign, String digits) {
        int missing = Math.max(0, width - sign.length() - digits.length());
        String zero = zeros ? "0".repeat(missing) : "";
        pad((sign + zero + digits).getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Writes text with spaces before or behind it. */
    private void pad(byte[] bytes) {
        byte[] spaces = new byte[Math.max(0, width - bytes.length)];
        Arrays.fill(spaces, (byte) ' ');
        if (left) {
            text.writeBytes(bytes);
            text.writeBytes(spaces);
        } else {
            text.writeBytes(spaces);
            text.writeBytes(bytes);
        }
    }

    /** Writes what a pointer pointed to. */
    private void copy(byte[] bytes) {
        if (text.size() < limit) {
            text.writeBytes(bytes);
        }
    }

    private static boolean isPunctuation(byte character) {
        return character > ' ' && character < 0x7f && !Character.isLetterOrDigit(character);
    }

    private static boolean endsConversion(byte character) {
        return character == 0 || NumberText.isSpace(character) || isPunctuation(character);
    }

    private long pointer() {
        byte kind = peek(1);
        if (endsConversion(kind)) {
            at++;
            return address();
        }
        if ((kind == 'k' || kind == 'u') && peek(2) == 's') {
            return string(kind == 'k' ? Space.KERNEL : Space.USER, 3);
        }
        if (kind == 'K' || kind == 'x' || kind == 's' || kind == 'S' || kind == 'B') {
            at += 2;
            return address();
        }
        boolean six = peek(2) == '6';
        if (kind != 'i' && kind != 'I' || peek(2) != '4' && !six) {
            return ErrorNumber.EINVAL.result();
        }
        at += 3;
        return internetAddress(kind == 'I', six);
    }

    private long address() {
        if (!take(Long.BYTES)) {
            return ErrorNumber.ENOSPC.result();
        }
        if (width < 0) {
            width = POINTER_DIGITS;
            zeros = true;
        }
        number("", Long.toHexString(arguments[used++]));
        skipLetters();
        return 0;
    }

    /** The kernel takes letters behind a pointer for a part of the conversion. */
    private void skipLetters() {
        while (Character.isLetterOrDigit(peek(0))) {
            at++;
        }
    }

    private long internetAddress(boolean separated, boolean six) {
        int size = six ? 16 : 4;
        byte[] bytes = fetch(arguments[used++], size);
        StringBuilder builder = new StringBuilder();
        for (int i = 0; i < size; i++) {
            String one = six
                    ? String.format("%02x", bytes[i])
                    : String.format(separated ? "%d" : "%03d", bytes[i] & 0xff);
            boolean gap = i > 0 && (six ? separated && i % 2 == 0 : true);
            builder.append(gap ? six ? ":" : "." : "").append(one);
        }
        if (builder.length() + 1 > room) {
            return ErrorNumber.ENOSPC.result();
        }
        room -= builder.length() + 1;
        copy(builder.toString().getBytes(StandardCharsets.ISO_8859_1));
        skipLetters();
        return 0;
    }

    /** Reads bytes of the kernel; zeros if they cannot be read. */
    private byte[] fetch(long address, int size) {
        boolean read = ReadHelpers.fetch(execution, Space.KERNEL, execution.scratch(), size, address) == size;
        return read ? execution.memory().getBytes(execution.scratch(), size) : new byte[size];
    }

    private long string(Space from, int letters) {
        at += letters;
        if (!endsConversion(peek(0))) {
            return ErrorNumber.EINVAL.result();
        }
        if (room <= 0) {
            return ErrorNumber.ENOSPC.result();
        }
        long length = ReadHelpers.string(execution, from, execution.scratch(), room, arguments[used++],
                false);
        room -= (int) Math.max(length, 1);
        byte[] read = length > 0
                ? execution.memory().getBytes(execution.scratch(), (int) length - 1)
                : new byte[0];
        if (from == Space.EITHER) {
            pad(read);
        } else {
            copy(read);
        }
        return 0;
    }
}
