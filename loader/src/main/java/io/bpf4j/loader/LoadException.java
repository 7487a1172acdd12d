package io.bpf4j.loader;

import io.bpf4j.vm.explain.Explanation;
import io.bpf4j.vm.program.SourceLine;
import java.util.Optional;

/** A map or program that the backend refused, in the source's words. */
public final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean notPermitted;
    private final transient Optional<SourceLine> place;
    private final String hint;
    private final String log;
    private final transient Optional<Explanation> explanation;

    /**
     * Makes the exception.
     *
     * @param message what was refused and why, one line
     * @param notPermitted whether more rights would help
     * @param place the line that the refusal is about
     * @param hint what to do, or empty
     * @param log the verifier's whole log, or empty
     */
    public LoadException(String message, boolean notPermitted, Optional<SourceLine> place, String hint,
            String log,
            Throwable cause) {
        this(message, notPermitted, place, hint, log, Optional.empty(), cause);
    }

    /** Makes the exception of a program that the kernel's verifier rejects. */
    public LoadException(String message, Explanation explanation, String log, Throwable cause) {
        this(message, false, explanation.line(), explanation.hint(), log, Optional.of(explanation), cause);
    }

    private LoadException(String message, boolean notPermitted, Optional<SourceLine> place, String hint,
            String log,
            Optional<Explanation> explanation, Throwable cause) {
        super(message, cause);
        this.notPermitted = notPermitted;
        this.place = place;
        this.hint = hint;
        this.log = log;
        this.explanation = explanation;
    }

    /** Returns whether more rights would help. */
    public boolean notPermitted() {
        return notPermitted;
    }

    /** Returns the line that the refusal is about. */
    public Optional<SourceLine> place() {
        return place;
    }

    /** Returns what to do, or an empty text. */
    public String hint() {
        return hint;
    }
    /** Returns why the kernel's verifier rejects the program, if that is what it did. */
    public Optional<Explanation> explanation() {
        return explanation;
    }

    /** Returns the verifier's whole log, or an empty text. */
    public String log() {
        return log;
    }
}
