package io.bpf4j.tools.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What tests read out of lines that a tool printed. */
final class Lines {
    private static final Pattern ROW = Pattern.compile(" *(\\d+) -> \\d+ *: (\\d+) *\\|[* ]*\\|");

    private Lines() {}

    /** Returns the rows under the one heading of this text, split at blanks; the last cell has the rest. */
    static List<List<String>> table(List<String> lines, String heading, int cells) {
        int start = lines.indexOf(heading);
        assertTrue(start >= 0, () -> "no heading '" + heading + "' in " + lines);
        return lines.stream().skip(start + 1L).takeWhile(line -> !line.isEmpty())
                .map(line -> List.of(line.strip().split(" +", cells))).toList();
    }

    /** Returns the counts of the one histogram there, by the lower ends of its rows, without the zeros. */
    static TreeMap<Long, Long> histogram(List<String> lines, String unit) {
        assertEquals(1, lines.stream().filter(line -> line.matches(" +" + unit + " +: count +distribution"))
                .count(), lines::toString);
        TreeMap<Long, Long> counts = new TreeMap<>();
        for (String line : lines) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && !row.group(2).equals("0")) {
                counts.put(Long.valueOf(row.group(1)), Long.valueOf(row.group(2)));
            }
        }
        return counts;
    }
}
