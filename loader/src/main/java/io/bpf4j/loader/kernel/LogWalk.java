package io.bpf4j.loader.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The path that the kernel's verifier walked last, and what it knew of the registers at its end.
 *
 * <pre>
 * 8: (15) if r0 == 0x0 goto pc+6        ; R0=map_value(map=records,ks=4,vs=264)     walked, and what changed
 * from 8 to 15: R0=0 R6=ctx() R10=fp0                                               takes up a path put aside at 8
 * </pre>
 */
final class LogWalk {
    private static final Pattern WALKED = Pattern.compile("^(\\d+): \\([0-9a-f]{2}\\) .*");
    private static final Pattern FROM = Pattern
            .compile("^from (\\d+) to (\\d+)(?: \\(speculative execution\\))?: .*");
    private static final Pattern STATE = Pattern.compile("\\bR(\\d+)(?:_[rw]+)?=");

    private final List<Integer> path = new ArrayList<>();
    private final Map<Integer, RegisterState> states = new HashMap<>();

    /** Reads the lines before the reason. */
    LogWalk(List<String> lines) {
        for (String line : lines) {
            Matcher walked = WALKED.matcher(line);
            Matcher from = FROM.matcher(line);
            if (from.matches()) {
                int branch = path.lastIndexOf(Integer.parseInt(from.group(1)));
                path.subList(branch + 1, path.size()).clear();
                states.clear();
                note(line);
            } else if (walked.matches()) {
                path.add(Integer.parseInt(walked.group(1)));
                int comment = line.indexOf("; ");
                note(comment < 0 ? "" : line.substring(comment));
            } else if (line.matches("^\\d+: R.*")) {
                note(line);
            }
        }
    }

    private void note(String text) {
        Matcher matcher = STATE.matcher(text);
        int at = 0;
        while (matcher.find(at)) {
            int end = end(text, matcher.end());
            states.put(Integer.parseInt(matcher.group(1)),
                    RegisterState.parse(text.substring(matcher.end(), end)));
            at = end;
        }
    }

    /** Returns where a state ends: at the first blank in no parentheses. */
    private static int end(String text, int start) {
        int depth = 0;
        int at = start;
        while (at < text.length() && (depth > 0 || text.charAt(at) != ' ')) {
            depth += text.charAt(at) == '(' ? 1 : text.charAt(at) == ')' ? -1 : 0;
            at++;
        }
        return at;
    }

    /** Returns the slots of the path, the last one being where it ended. */
    int[] path() {
        return path.stream().mapToInt(Integer::intValue).toArray();
    }

    Optional<RegisterState> state(int register) {
        return Optional.ofNullable(states.get(register));
    }
}
