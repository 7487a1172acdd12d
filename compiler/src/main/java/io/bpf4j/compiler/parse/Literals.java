package io.bpf4j.compiler.parse;

import io.bpf4j.compiler.ast.ExpressionTree;
import io.bpf4j.compiler.source.Diagnostics;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.antlr.v4.runtime.Token;

/** The values of numbers, characters and strings; strings have one char a byte of their UTF-8 form. */
record Literals(Spans spans, Diagnostics diagnostics) {

    private static final Pattern NUMBER = Pattern.compile(
            "(?:0[xX](?<hex>[0-9a-fA-F_]+)|0[bB](?<binary>[01_]+)|(?<octal>0[0-7_]*)|(?<decimal>[1-9][0-9_]*))"
                    + "(?<suffix>[uU]?[lL]{0,2}|[lL]{1,2}[uU])");
    private static final int BITS = 64;

    ExpressionTree number(Token token) {
        Matcher matcher = NUMBER.matcher(token.getText());
        if (!matcher.matches()) {
            boolean fraction = token.getText().matches("[0-9]+(\\.[0-9]*([eE][0-9]*)?|[eE][0-9]+)[fF]?");
            error(token,
                    fraction
                            ? "there are no fractions in this language"
                            : "'" + token.getText() + "' is no number",
                    fraction
                            ? "count in smaller units, as in nanoseconds"
                            : "write 123, 0x7b, 0b111 or 0173");
            return new ExpressionTree.Number(0, true, false, false, spans.of(token));
        }
        String suffix = matcher.group("suffix").toLowerCase();
        BigInteger value = value(matcher);
        if (value.bitLength() > BITS) {
            error(token, "'" + token.getText() + "' does not fit 64 bits");
        }
        return new ExpressionTree.Number(value.longValue(), matcher.group("decimal") != null,
                suffix.contains("u"),
                suffix.contains("l"), spans.of(token));
    }

    private static BigInteger value(Matcher matcher) {
        if (matcher.group("hex") != null) {
            return digits(matcher.group("hex"), 16);
        }
        if (matcher.group("binary") != null) {
            return digits(matcher.group("binary"), 2);
        }
        return matcher.group("octal") != null
                ? digits(matcher.group("octal"), 8)
                : digits(matcher.group("decimal"), 10);
    }

    private static BigInteger digits(String digits, int radix) {
        String plain = digits.replace("_", "");
        int enough = 80;
        return plain.isEmpty()
                ? BigInteger.ZERO
                : plain.length() > enough ? BigInteger.ONE.shiftLeft(BITS) : new BigInteger(plain, radix);
    }

    int character(Token token) {
        String text = text(token);
        if (text.length() != 1) {
            error(token, text.isEmpty() ? "this character is empty" : "this is more than one character",
                    "write text in double quotes");
        }
        return text.isEmpty() ? 0 : (byte) text.charAt(0);
    }

    String text(Token token) {
        String source = token.getText();
        String bytes = new String(source.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        StringBuilder out = new StringBuilder();
        int end = bytes.length() - 1;
        int index = 1;
        while (index < end) {
            char character = bytes.charAt(index++);
            if (character != '\\') {
                out.append(character);
            } else {
                index = escape(bytes, index, end, out, token);
            }
        }
        return out.toString();
    }

    /** Appends what the escape at the index after the backslash stands for; returns the index after it. */
    private int escape(String text, int start, int end, StringBuilder out, Token token) {
        char character = text.charAt(start);
        int simple = "abfnrtv\\'\"?e".indexOf(character);
        if (simple >= 0) {
            out.append("\u0007\b\f\n\r\t\u000b\\'\"?\u001b".charAt(simple));
            return start + 1;
        }
        boolean hex = character == 'x';
        int index = hex ? start + 1 : start;
        int limit = Math.min(end, start + 3);
        int radix = hex ? 16 : 8;
        int value = 0;
        int first = index;
        while (index < limit && Character.digit(text.charAt(index), radix) >= 0) {
            value = value * radix + Character.digit(text.charAt(index), radix);
            index++;
        }
        if (index == first) {
            error(token, "unknown escape '\\" + character + "'", "write \\\\ for a backslash");
            return start + 1;
        }
        if (value > 0xff) {
            error(token, "an octal escape ends at \\377");
        }
        out.append((char) (value & 0xff));
        return index;
    }

    private void error(Token token, String message, String... hints) {
        diagnostics.error(spans.of(token), "syntax", message, hints);
    }
}
