package io.bpf4j.tools.common;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Did you mean: the known words that a mistyped one is nearest to. */
public final class Suggestions {

    private Suggestions() {}

    /** Returns the nearest of the known words, none that needs more than a third of its letters changed. */
    public static List<String> nearest(String word, Collection<String> known) {
        int best = known.stream().mapToInt(candidate -> distance(word, candidate)).min().orElse(0);
        return known.stream()
                .filter(candidate -> distance(word, candidate) == best
                        && 3 * best <= Math.max(word.length(), candidate.length()))
                .sorted(Comparator.naturalOrder())
                .limit(3)
                .toList();
    }

    /** Returns the letters to insert, delete, replace or swap with their neighbour. */
    static int distance(String from, String to) {
        int[][] distance = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    distance[i][j] = i + j;
                    continue;
                }
                int replaced = distance[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                int least = Math.min(replaced, 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
                boolean swapped = i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                distance[i][j] = swapped ? Math.min(least, 1 + distance[i - 2][j - 2]) : least;
            }
        }
        return distance[from.length()][to.length()];
    }
}
