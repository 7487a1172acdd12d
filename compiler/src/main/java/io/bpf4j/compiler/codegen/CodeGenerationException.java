package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.source.Span;

/** A correct program that does not fit the machine, such as one whose variables exceed the stack. */
public final class CodeGenerationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Span at;
    private final String hint;

    CodeGenerationException(Span at, String message, String hint) {
        super(message);
        this.at = at;
        this.hint = hint;
    }

    /** Returns the place in the source. */
    public Span at() {
        return at;
    }

    /** Returns what the author can do about it. */
    public String hint() {
        return hint;
    }
}
