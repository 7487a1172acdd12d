package io.bpf4j.vm.verify;

import io.bpf4j.vm.program.SourceLine;
import java.util.List;
import java.util.Optional;

/**
 * A program that must not run, and why.
 *
 * @param slot the instruction that is refused
 * @param line where it comes from, if that is known
 * @param reason what is wrong, in one lower-case sentence
 * @param hint what to do about it; may be empty
 * @param register what is known of the register to blame
 * @param path how the program came there, as far as it mattered, first step first
 */
public record Rejection(RejectionKind kind, int slot, Optional<SourceLine> line, String reason, String hint,
        Optional<RegisterFacts> register, List<PathStep> path, Statistics statistics) implements Verdict {

    /**
     * What was known of a register when the program was rejected.
     *
     * @param number of the register
     * @param facts in words, such as {@code 0..65535}
     */
    public record RegisterFacts(int number, String facts) {}

    /**
     * A step of the path that led to the instruction.
     *
     * @param slot where it was taken
     * @param line where that comes from, if it is known
     * @param what the branch that was taken or not, or the instruction that made the value
     */
    public record PathStep(int slot, Optional<SourceLine> line, String what) {}

    /** Copies the list. */
    public Rejection {
        path = List.copyOf(path);
    }

    /** Returns the whole explanation, one fact a line. */
    public String explanation() {
        StringBuilder text = new StringBuilder(place(slot, line)).append(": ").append(reason).append('\n');
        line.filter(source -> !source.text().isBlank())
                .ifPresent(source -> text.append("    ").append(source.text().strip()).append('\n'));
        register.ifPresent(
                facts -> text.append("  r").append(facts.number()).append(" is ").append(facts.facts())
                        .append('\n'));
        for (PathStep step : path) {
            text.append("  ").append(place(step.slot(), step.line())).append(": ").append(step.what())
                    .append('\n');
        }
        if (!hint.isEmpty()) {
            text.append("  hint: ").append(hint).append('\n');
        }
        return text.toString();
    }

    private static String place(int slot, Optional<SourceLine> line) {
        return line.map(source -> source.file() + ":" + source.line() + " (instruction " + slot + ")")
                .orElse("instruction " + slot);
    }

    @Override
    public String toString() {
        return place(slot, line) + ": " + reason;
    }
}
