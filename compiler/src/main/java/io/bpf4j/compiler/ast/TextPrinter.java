package io.bpf4j.compiler.ast;

/** Writes text with C's escapes. */
final class TextPrinter {

    private TextPrinter() {}

    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int index = 0; index < text.length(); index++) {
            out.append(escaped(text.charAt(index), '"'));
        }
        return out.append('"').toString();
    }

    /** Three octal digits end by themselves, whatever character comes next. */
    static String escaped(int character, char quote) {
        return switch (character) {
            case '\n' -> "\\n";
            case '\t' -> "\\t";
            case '\r' -> "\\r";
            case '\\' -> "\\\\";
            default -> character == quote
                    ? "\\" + quote
                    : character >= ' ' && character <= '~'
                            ? String.valueOf((char) character)
                            : String.format("\\%03o", character & 0xff);
        };
    }
}
