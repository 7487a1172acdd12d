package io.bpf4j.vm.explain;

import io.bpf4j.vm.program.SourceLine;
import java.util.List;
import java.util.Optional;

/**
 * Why a program must not run, for the author of its source. The verifier here and the reader of the kernel's log both
 * make it, with a {@link Narrator}; {@link #text} is what users see.
 *
 * <pre>
 * copy.bpf.c:17 (instruction 23): accesses 65535 bytes of a value of map recs, which has 256 bytes
 *     bpf_probe_read_user(rec->data, len, from);
 *   len is 0..65535, but the space left in rec->data is 256
 *   copy.bpf.c:12: if (!rec) (goes on at line 14)
 *   hint: test len <= 256 first, or mask it with & 0xff
 * </pre>
 *
 * @param slot the instruction that is refused
 * @param line where it comes from, if that is known
 * @param reason what is wrong, in one lower-case sentence
 * @param facts what is known there of the values that matter, one sentence each
 * @param path how the program comes there, first step first
 * @param shortened whether steps before {@code path} were left out
 * @param hint what to do about it; may be empty
 * @param original the words of the kernel, where it is the one that refuses; else empty
 */
public record Explanation(int slot, Optional<SourceLine> line, String reason, List<String> facts,
        List<Step> path,
        boolean shortened, String hint, String original) {

    /**
     * A step of the path that leads to the instruction.
     *
     * @param slot where it was taken
     * @param line where that comes from, if it is known
     * @param what the text of the line, or the instruction where there is none, and where a branch went
     */
    public record Step(int slot, Optional<SourceLine> line, String what) {}

    /** Copies the lists. */
    public Explanation {
        facts = List.copyOf(facts);
        path = List.copyOf(path);
    }

    /** Returns the place: file and line where they are known, and the instruction. */
    public String place() {
        return line.map(source -> source.file() + ":" + source.line() + " (instruction " + slot + ")")
                .orElse("instruction " + slot);
    }

    /** Returns the whole explanation, one fact a line, each line with its end. */
    public String text() {
        return place() + ": " + reason + '\n' + details()
                + (hint.isEmpty() ? "" : "  hint: " + hint + '\n')
                + (original.isEmpty() ? "" : "  kernel: " + original + '\n');
    }

    /** Returns the line of the source, the facts and the path. */
    public String details() {
        StringBuilder text = new StringBuilder();
        line.filter(source -> !source.text().isBlank())
                .ifPresent(source -> text.append("    ").append(source.text().strip()).append('\n'));
        facts.forEach(fact -> text.append("  ").append(fact).append('\n'));
        if (shortened) {
            text.append("  ...\n");
        }
        for (Step step : path) {
            String where = step.line().map(source -> source.file() + ":" + source.line())
                    .orElse("instruction " + step.slot());
            text.append("  ").append(where).append(": ").append(step.what()).append('\n');
        }
        return text.toString();
    }
}
