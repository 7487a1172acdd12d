package io.bpf4j.vm.verify;

import io.bpf4j.vm.explain.Explanation;
import io.bpf4j.vm.program.SourceLine;
import java.util.Optional;

/**
 * A program that must not run, and why.
 *
 * @param reason what is wrong, in one lower-case sentence in the machine's words
 * @param explanation the same in the words of the source
 */
public record Rejection(RejectionKind kind, String reason, Explanation explanation, Statistics statistics)
        implements
            Verdict {

    /** Returns the instruction that is refused. */
    public int slot() {
        return explanation.slot();
    }

    /** Returns where the instruction comes from, if that is known. */
    public Optional<SourceLine> line() {
        return explanation.line();
    }

    @Override
    public String toString() {
        return explanation.place() + ": " + reason;
    }
}
