package io.bpf4j.bench.engine;

import java.util.Arrays;

/**
 * Times of which a low percentile is told: it is reached again and again while nothing disturbs, and unlike a median it
 * does not depend on how often something does. The least of all would be a matter of luck.
 */
public final class Samples {

    /** Which percentile is told. */
    public static final int PERCENTILE = 5;

    private double[] times = new double[1024];
    private int count;

    /** Adds a time. */
    public void add(double time) {
        if (count == times.length) {
            times = Arrays.copyOf(times, 2 * count);
        }
        times[count++] = time;
    }

    /** Returns the {@value #PERCENTILE}th percentile; there must be samples. */
    public double low() {
        double[] sorted = Arrays.copyOf(times, count);
        Arrays.sort(sorted);
        return sorted[count * PERCENTILE / 100];
    }
}
