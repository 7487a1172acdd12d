package io.bpf4j.compiler.source;

/**
 * A run of characters within a source file.
 *
 * @param line of the first character, from 1
 * @param column of the first character, from 1
 * @param endLine of the last character
 * @param endColumn of the character after the last one
 */
public record Span(SourceFile file, int line, int column, int endLine, int endColumn) {

    /** Returns the run from the start of this one to the end of another in the same file. */
    public Span to(Span end) {
        return new Span(file, line, column, end.endLine, end.endColumn);
    }

    @Override
    public String toString() {
        return file.name() + ":" + line + ":" + column;
    }
}
