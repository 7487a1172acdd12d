package io.bpf4j.compiler.source;

import java.util.List;

/**
 * Writes diagnostics for a terminal:
 *
 * <pre>
 * count.probe:3:5: error: unknown name 'cuont'; did you mean 'count'?
 *     3 |     cuont += 1;
 *       |     ^~~~~
 * </pre>
 */
public final class DiagnosticPrinter {

    private static final String RED = "\033[1;31m";
    private static final String MAGENTA = "\033[1;35m";
    private static final String CYAN = "\033[1;36m";
    private static final String BOLD = "\033[1m";
    private static final String PLAIN = "\033[0m";
    private static final int TAB = 4;
    private static final int MAXIMUM_WIDTH = 160;

    private final boolean colour;

    /** Makes a printer, with escape sequences for colours or without. */
    public DiagnosticPrinter(boolean colour) {
        this.colour = colour;
    }

    /** Writes all of them, at most {@value Diagnostics#MAXIMUM_ERRORS} errors, and a last line on those left out. */
    public String print(List<Diagnostic> diagnostics) {
        StringBuilder out = new StringBuilder();
        int errors = 0;
        for (Diagnostic diagnostic : diagnostics) {
            if (diagnostic.severity() == Severity.ERROR && ++errors > Diagnostics.MAXIMUM_ERRORS) {
                continue;
            }
            print(diagnostic, out);
        }
        if (errors > Diagnostics.MAXIMUM_ERRORS) {
            out.append("and ").append(errors - Diagnostics.MAXIMUM_ERRORS).append(" more errors\n");
        }
        return out.toString();
    }

    private void print(Diagnostic diagnostic, StringBuilder out) {
        boolean error = diagnostic.severity() == Severity.ERROR;
        head(diagnostic.at(), diagnostic.severity().word(), error ? RED : MAGENTA, diagnostic.message(), out);
        excerpt(diagnostic.at(), out);
        for (Diagnostic.Note note : diagnostic.notes()) {
            head(note.at(), "note", CYAN, note.text(), out);
            if (note.at() != null) {
                excerpt(note.at(), out);
            }
        }
        for (String hint : diagnostic.hints()) {
            out.append("      = ").append(painted(CYAN, "hint:")).append(' ').append(hint).append('\n');
        }
    }

    private void head(Span at, String word, String paint, String text, StringBuilder out) {
        if (at == null) {
            out.append("      = ");
        } else {
            out.append(painted(BOLD, at + ":")).append(' ');
        }
        out.append(painted(paint, word + ":")).append(' ').append(text).append('\n');
    }

    private void excerpt(Span at, StringBuilder out) {
        String line = at.file().line(at.line());
        if (line.isEmpty()) {
            return;
        }
        int end = at.endLine() == at.line() ? at.endColumn() : Integer.MAX_VALUE;
        StringBuilder text = new StringBuilder();
        StringBuilder marks = new StringBuilder();
        int column = 1;
        for (int index = 0; index < line.length() && text.length() < MAXIMUM_WIDTH; column++) {
            int character = line.codePointAt(index);
            index += Character.charCount(character);
            String shown = shown(character, text.length());
            int width = character == '\t' ? shown.length() : TextWidth.of(character);
            text.append(shown);
            char mark = column == at.column() ? '^' : column > at.column() && column < end ? '~' : ' ';
            marks.append(mark);
            marks.append((mark == '^' && column + 1 >= end ? " " : mark == ' ' ? " " : "~")
                    .repeat(Math.max(0, width - 1)));
        }
        if (column == at.column() || at.column() >= column && text.length() < MAXIMUM_WIDTH) {
            marks.append('^');
        }
        String number = String.format("%5d", at.line());
        out.append(number).append(" | ").append(text.toString().stripTrailing()).append('\n');
        if (!marks.toString().isBlank()) {
            out.append("      | ").append(painted(RED, marks.toString().stripTrailing())).append('\n');
        }
    }

    private static String shown(int character, int column) {
        if (character == '\t') {
            return " ".repeat(TAB - column % TAB);
        }
        return Character.isISOControl(character) || character == 0xfffd ? "?" : Character.toString(character);
    }

    private String painted(String paint, String text) {
        return colour ? paint + text + PLAIN : text;
    }
}
