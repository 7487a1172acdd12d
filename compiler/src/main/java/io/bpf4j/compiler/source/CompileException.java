package io.bpf4j.compiler.source;

import java.util.List;

/** The source cannot be compiled; carries everything that there is to say about it, warnings too. */
public final class CompileException extends RuntimeException {

    private final transient List<Diagnostic> diagnostics;

    /** Makes the exception; the message is the first error's line. */
    public CompileException(List<Diagnostic> diagnostics) {
        super(diagnostics.stream().filter(one -> one.severity() == Severity.ERROR).findFirst()
                .map(Diagnostic::summary).orElse("cannot compile"));
        this.diagnostics = List.copyOf(diagnostics);
    }

    /** Returns the diagnostics in the order of the source. */
    public List<Diagnostic> diagnostics() {
        return diagnostics;
    }
}
