package io.bpf4j.bench.compare.result;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;

/**
 * A median and how far it may be from the truth.
 *
 * @param low the lower end of the interval that holds 95 % of the medians of resampled data
 * @param high its upper end
 */
public record Estimate(double median, double low, double high) {

    private static final int RESAMPLES = 2000;
    private static final double TAIL = 0.025;
    /** The same data give the same interval. */
    private static final long SEED = 1;

    /**
     * Estimates the median of what some values were taken from, by the percentile bootstrap.
     *
     * @throws IllegalArgumentException if there is no value
     */
    public static Estimate of(double[] values) {
        double[] medians = new double[RESAMPLES];
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < RESAMPLES; i++) {
            medians[i] = median(DoubleStream.generate(() -> values[random.nextInt(values.length)])
                    .limit(values.length).toArray());
        }
        return new Estimate(median(values), quantile(medians, TAIL), quantile(medians, 1 - TAIL));
    }

    /** Returns the median. */
    public static double median(double[] values) {
        return quantile(values, 0.5);
    }

    /**
     * Returns a quantile, interpolated between neighbours (type 7 of Hyndman and Fan, as R and NumPy do).
     *
     * @param share 0 to 1
     * @throws IllegalArgumentException if there is no value
     */
    public static double quantile(double[] values, double share) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
