package io.bpf4j.loader.kernel;

import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.SourceLine;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what the kernel's verifier wrote about a program that it rejects (kernel/bpf/verifier.c).
 *
 * <p>The log tells every instruction that was walked, {@code 12: (85) call bpf_map_lookup_elem#1}, then the reason,
 * then statistics. The reason is the last line that is neither.
 */
public final class VerifierLog {
    private static final Pattern INSTRUCTION = Pattern.compile("^(?:from \\d+ to )?(\\d+): .*");
    private static final Pattern WALKED = Pattern.compile("^(\\d+): \\([0-9a-f]{2}\\) .*");
    private static final Pattern NOISE = Pattern
            .compile("^(processed \\d+ insns|verification time|stack depth"
                    + "|mark_precise:|cur state:|old state:|func#\\d|Live regs|; "
                    + "|BPF program is too large\\. Processed.*peak|arg#\\d+ ).*");
    private static final String TOO_LARGE = "BPF program is too large. Processed";

    private VerifierLog() {}

    /**
     * Why a program was rejected.
     *
     * @param reason the kernel's own words, one line
     * @param explanation what that means for the author of a probe; the kernel's words where we know no better
     * @param hint what to do, or empty
     * @param place the line of source, if the log says where
     */
    record Rejection(String reason, String explanation, String hint, Optional<SourceLine> place) {}

    /** Finds the reason in a log and puts it into the words of the source. */
    static Rejection read(String log, Program program) {
        List<String> lines = lines(log);
        int reasonAt = reasonAt(lines);
        if (reasonAt < 0) {
            return new Rejection("no reason given", "the kernel rejected the program without a reason", "",
                    Optional.empty());
        }
        String reason = lines.get(reasonAt);
        Objection objection = Objection
                .of(String.join("\n", lines.subList(Math.max(0, reasonAt - 2), reasonAt + 1)));
        String explanation = objection == null
                ? "the kernel's verifier says: " + reason
                : objection.explanation();
        return new Rejection(reason, explanation, objection == null ? "" : objection.hint(),
                lastWalked(lines, reasonAt).flatMap(slot -> Optional.ofNullable(program.lineAt(slot))));
    }

    /** Returns the kernel's own words for why it rejected a program, one line; empty if the log has none. */
    public static Optional<String> reason(String log) {
        List<String> lines = lines(log);
        int at = reasonAt(lines);
        return at < 0 ? Optional.empty() : Optional.of(lines.get(at));
    }

    private static List<String> lines(String log) {
        // This one follows an instruction on its line.
        return log.replace(TOO_LARGE, "\n" + TOO_LARGE).lines().map(String::strip)
                .filter(line -> !line.isEmpty()).toList();
    }

    /** Returns the index of the line that has the reason, or -1. */
    private static int reasonAt(List<String> lines) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            String line = lines.get(i);
            if (!NOISE.matcher(line).matches() && !INSTRUCTION.matcher(line).matches()) {
                return i;
            }
        }
        return -1;
    }

    private static Optional<Integer> lastWalked(List<String> lines, int before) {
        for (int i = before - 1; i >= 0; i--) {
            Matcher matcher = WALKED.matcher(lines.get(i));
            if (matcher.matches()) {
                return Optional.of(Integer.parseInt(matcher.group(1)));
            }
        }
        return Optional.empty();
    }
}
