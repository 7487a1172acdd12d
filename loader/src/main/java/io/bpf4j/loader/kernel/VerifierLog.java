package io.bpf4j.loader.kernel;

import io.bpf4j.vm.explain.Complaint;
import io.bpf4j.vm.explain.Explanation;
import io.bpf4j.vm.explain.Narrator;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
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
    private static final Pattern NAMED = Pattern.compile("\\binsn (\\d+)");
    private static final Pattern NOISE = Pattern
            .compile("^(processed \\d+ insns|verification time|stack depth"
                    + "|mark_precise:|cur state:|old state:|func#\\d|Live regs|; "
                    + "|BPF program is too large\\. Processed.*peak|arg#\\d+ ).*");
    private static final String TOO_LARGE = "BPF program is too large. Processed";

    private VerifierLog() {}

    /**
     * Finds the reason in a log and puts it into the words of the source.
     *
     * @param unit which the program is of; its maps and variables have the names that a log lacks
     */
    static Explanation read(String log, Program program, ProgramUnit unit) {
        List<String> lines = lines(log);
        int reasonAt = reasonAt(lines);
        String reason = reasonAt < 0 ? "no reason given" : lines.get(reasonAt);
        LogWalk walk = new LogWalk(lines.subList(0, Math.max(reasonAt, 0)));
        String words = reasonAt < 0
                ? ""
                : String.join("\n", lines.subList(Math.max(0, reasonAt - 2), reasonAt + 1));
        Objection objection = Objection.of(words);
        int[] path = walk.path().length == 0 ? new int[]{slotIn(reason)} : walk.path();
        String explanation = objection == null
                ? "the kernel's verifier says: " + reason
                : objection.explanation();
        Instructions instructions = Instructions.of(program.instructions());
        Blame blame = Blame.of(words, instructions.at(path[path.length - 1]), walk, unit);
        return new Narrator(program, instructions, path).explain(new Complaint(explanation,
                objection == null ? "" : objection.hint(), blame.register(), blame.holds(), blame.space(),
                reason));
    }

    /** Returns the instruction that a reason names itself, as those do that are found before anything is walked. */
    private static int slotIn(String reason) {
        Matcher matcher = NAMED.matcher(reason);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
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
}
