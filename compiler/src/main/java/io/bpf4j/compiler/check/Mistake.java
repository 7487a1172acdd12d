package io.bpf4j.compiler.check;

import io.bpf4j.compiler.source.Span;

/** Ends the check of one statement or declaration; becomes a diagnostic where that is caught. */
final class Mistake extends RuntimeException {

    private final transient Span at;
    private final String code;
    private final transient String[] hints;

    Mistake(Span at, String code, String message, String... hints) {
        super(message, null, false, false);
        this.at = at;
        this.code = code;
        this.hints = hints.clone();
    }

    Span at() {
        return at;
    }

    String code() {
        return code;
    }

    String[] hints() {
        return hints.clone();
    }
}
