package io.bpf4j.compiler.source;

import java.util.List;

/**
 * Something to say about a place in the source.
 *
 * @param code a word that names the kind of mistake for programs, such as {@code syntax} or {@code unused}
 * @param message one lower-case sentence without a full stop
 * @param notes related facts, possibly with places of their own
 * @param hints what to do about it
 */
public record Diagnostic(Severity severity, Span at, String code, String message, List<Note> notes,
        List<String> hints) {

    /** A related fact; {@code at} is null if it has no place. */
    public record Note(String text, Span at) {}

    /** Copies the lists. */
    public Diagnostic {
        notes = List.copyOf(notes);
        hints = List.copyOf(hints);
    }

    /** Returns one line: {@code file:line:col: error: text}. */
    public String summary() {
        return at + ": " + severity.word() + ": " + message;
    }
}
