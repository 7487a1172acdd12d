package io.bpf4j.bench.compare.result;

/**
 * What a cell may cost.
 *
 * @param limit the most that the compared number may be
 * @param text the same in words
 */
public record Budget(double limit, String text) {

    /** Returns whether a number keeps to it. */
    public boolean isMetBy(double number) {
        return number <= limit;
    }
}
