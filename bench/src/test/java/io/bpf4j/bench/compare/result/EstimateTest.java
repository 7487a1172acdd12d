package io.bpf4j.bench.compare.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EstimateTest {

    /** R's mtcars$mpg; {@code quantile(mtcars$mpg)} says 10.4, 15.425, 19.2, 22.8, 33.9. */
    private static final double[] MILEAGES = {21.0, 21.0, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2,
        17.8, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7, 32.4, 30.4, 33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26.0,
        30.4, 15.8, 19.7, 15.0, 21.4};

    @Test
    void quantilesAreThoseOfR() {
        assertEquals(10.4, Estimate.quantile(MILEAGES, 0), 1e-9);
        assertEquals(15.425, Estimate.quantile(MILEAGES, 0.25), 1e-9);
        assertEquals(19.2, Estimate.median(MILEAGES), 1e-9);
        assertEquals(22.8, Estimate.quantile(MILEAGES, 0.75), 1e-9);
        assertEquals(33.9, Estimate.quantile(MILEAGES, 1), 1e-9);
    }

    @Test
    void intervalHoldsTheMedianAndIsNarrowerThanTheData() {
        Estimate estimate = Estimate.of(MILEAGES);
        assertEquals(19.2, estimate.median(), 1e-9);
        assertTrue(estimate.low() < 19.2 && estimate.low() > 15, estimate::toString);
        assertTrue(estimate.high() > 19.2 && estimate.high() < 22.9, estimate::toString);
    }

    @Test
    void equalValuesLeaveNoDoubt() {
        double[] values = new double[9];
        Arrays.fill(values, 7);
        assertEquals(new Estimate(7, 7, 7), Estimate.of(values));
    }

    @Test
    void nothingHasNoMedian() {
        assertThrows(IllegalArgumentException.class, () -> Estimate.median(new double[0]));
    }
}
