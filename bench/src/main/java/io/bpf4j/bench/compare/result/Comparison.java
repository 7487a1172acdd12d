package io.bpf4j.bench.compare.result;

import java.util.List;

/**
 * What an experiment found.
 *
 * @param name the experiment's
 * @param title what it is about
 * @param unit of the cells' values
 * @param relativeUnit of what the cells are compared by
 * @param at what the conditions are, such as {@code threads}
 * @param plot what a picture of it shows
 * @param notes how it was measured, and what readers should know
 */
public record Comparison(String name, String title, String unit, String relativeUnit, String at,
        Plot plot, List<String> notes, List<Cell> cells) {

    /** What a picture shows. */
    public enum Plot {
        /** The values, on a logarithmic scale: they span orders of magnitude. */
        VALUES,
        /** The relative numbers, on a linear scale. */
        RELATIVE
    }
}
