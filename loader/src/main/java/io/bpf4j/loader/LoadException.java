package io.bpf4j.loader;

import io.bpf4j.vm.program.SourceLine;
import java.util.Optional;

/** A map or program that the backend refused, in the source's words. */
public final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean notPermitted;
    private final transient Optional<SourceLine> place;
    private final String hint;
    private final String log;

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
        super(message, cause);
        this.notPermitted = notPermitted;
        this.place = place;
        this.hint = hint;
        this.log = log;
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

    /** Returns the verifier's whole log, or an empty text. */
    public String log() {
        return log;
    }
}
