package io.bpf4j.tools.common;

/**
 * Whoever read our output has gone, as in {@code bpf4j run ... | head -1}: an ordinary end, so the tool
 * cleans up and says nothing.
 */
public final class ClosedOutput extends RuntimeException {
    /** Makes one without a stack trace: where it happened is of no interest. */
    public ClosedOutput() {
        super("the reader of the output has gone", null, false, false);
    }
}
