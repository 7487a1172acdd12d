package io.bpf4j.tools.common;

import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code printf} of the probe language, compiled once and applied to each of its records.
 *
 * <p>Prints what C's printf prints for arguments of the same types, with two liberties: a length modifier
 * ({@code %lld}) says nothing, because the record's type knows the length; and {@code %s} of an array of
 * bytes ends at the first zero or at the array's end, and passes its bytes through as they are.
 */
public final class FormatString {

    private static final Pattern CONVERSION = Pattern
            .compile("%([-+ #0]*)(\\d+)?(\\.(\\d*))?(?:hh|h|ll|l|j|z|t)?([diuxXocsp%])");
    /** Beyond this a width or precision is a mistake, and the output would be no use. */
    private static final int MOST = 4096;

    private final List<Piece> pieces;

    private FormatString(List<Piece> pieces) {
        this.pieces = pieces;
    }

    private sealed interface Piece {
        void write(ByteBuffer record, Output output);
    }

    private record Literal(byte[] bytes) implements Piece {
        @Override
        public void write(ByteBuffer record, Output output) {
            output.bytes(bytes, 0, bytes.length);
        }
    }

    private record Number(NumberConversion conversion, int offset, Type type) implements Piece {
        @Override
        public void write(ByteBuffer record, Output output) {
            conversion.write(Values.number(record, offset, type), type.size(), output);
        }
    }

    private record Character(int width, boolean left, int offset, Type type) implements Piece {
        @Override
        public void write(ByteBuffer record, Output output) {
            output.repeat(' ', left ? 0 : width - 1);
            output.oneByte((int) Values.number(record, offset, type));
            output.repeat(' ', left ? width - 1 : 0);
        }
    }

    private record Text(int width, boolean left, int offset, int limit) implements Piece {
        @Override
        public void write(ByteBuffer record, Output output) {
            int length = Values.textLength(record, offset, limit);
            output.repeat(' ', left ? 0 : width - length);
            output.bytes(record, offset, length);
            output.repeat(' ', left ? width - length : 0);
        }
    }

    /**
     * Compiles a format for its records.
     *
     * @throws IllegalArgumentException if the format and the record's fields do not fit
     */
    public static FormatString compile(OutputSite.Print site) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        // The first field is the site's id.
        Iterator<StructType.Field> arguments = site.record().fields().stream().skip(1).iterator();
        String format = site.format();
        Matcher matcher = CONVERSION.matcher(format);
        int position = 0;
        for (int percent; (percent = format.indexOf('%', position)) >= 0; position = matcher.end()) {
            literal.append(format, position, percent);
            if (!matcher.find(percent) || matcher.start() != percent) {
                throw wrong(format, "no conversion at offset " + percent);
            }
            if (matcher.group(5).equals("%")) {
                literal.append('%');
                continue;
            }
            if (!arguments.hasNext()) {
                throw wrong(format, "no argument for " + matcher.group());
            }
            addLiteral(literal, pieces);
            pieces.add(conversion(format, matcher, arguments.next()));
        }
        literal.append(format.substring(position));
        addLiteral(literal, pieces);
        if (arguments.hasNext()) {
            throw wrong(format, "no conversion for argument " + arguments.next().name());
        }
        return new FormatString(List.copyOf(pieces));
    }

    private static void addLiteral(StringBuilder literal, List<Piece> pieces) {
        if (!literal.isEmpty()) {
            pieces.add(new Literal(literal.toString().getBytes(StandardCharsets.UTF_8)));
            literal.setLength(0);
        }
    }

    private static Piece conversion(String format, Matcher matcher, StructType.Field argument) {
        String flags = matcher.group(1);
        boolean left = flags.indexOf('-') >= 0;
        int width = count(format, matcher.group(2), 0);
        int precision = matcher.group(3) == null ? -1 : count(format, matcher.group(4), 0);
        char letter = matcher.group(5).charAt(0);
        if (letter == 's' && argument.type() instanceof ArrayType array && array.element().size() == 1) {
            int limit = precision < 0 ? array.length() : Math.min(precision, array.length());
            return new Text(width, left, argument.offset(), limit);
        }
        if (letter == 's' || !Values.isNumber(argument.type())) {
            throw wrong(format, matcher.group() + " cannot print " + argument.type().spelling());
        }
        if (letter == 'c') {
            return new Character(width, left, argument.offset(), argument.type());
        }
        return new Number(new NumberConversion(letter, flags, width, precision), argument.offset(),
                argument.type());
    }

    private static int count(String format, String digits, int absent) {
        if (digits == null || digits.isEmpty()) {
            return absent;
        }
        if (digits.length() > 9 || Integer.parseInt(digits) > MOST) {
            throw wrong(format, "a width or precision above " + MOST);
        }
        return Integer.parseInt(digits);
    }

    private static IllegalArgumentException wrong(String format, String reason) {
        return new IllegalArgumentException("printf(\"" + format + "\"): " + reason);
    }

    /**
     * Prints one record.
     *
     * @param record starts at index 0 with the site's id, in little-endian order; its position stays
     */
    public void write(ByteBuffer record, Output output) {
        for (Piece piece : pieces) {
            piece.write(record, output);
        }
    }
}
