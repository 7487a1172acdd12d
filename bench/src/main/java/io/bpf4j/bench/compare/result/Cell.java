package io.bpf4j.bench.compare.result;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One number of a comparison and where it comes from.
 *
 * @param what was done, such as {@code entry, empty}
 * @param mode where: {@code none}, {@code user} or {@code kernel}
 * @param at under which condition: a number of threads, or a size
 * @param raw what each round, or window, gave
 * @param value of the raw numbers, in the experiment's unit
 * @param relative the same compared with the reference of its own round, in the experiment's relative unit; empty for
 *        the reference itself
 * @param budget what the relative number may be
 * @param counts numbers beside: events, losses
 * @param published what others have published for the same
 * @param problems why the cell is not to be trusted; none = it is
 */
public record Cell(String what, String mode, String at, List<Double> raw, Estimate value,
        Optional<Estimate> relative, Optional<Budget> budget, Map<String, Long> counts, String published,
        List<String> problems) {

    /** Returns whether nothing speaks against it. */
    public boolean isValid() {
        return problems.isEmpty();
    }

    /**
     * Returns {@code met} or {@code missed}, {@code unclear} if the budget lies within the interval, {@code invalid},
     * or nothing if there is no budget.
     */
    public String verdict() {
        if (budget.isEmpty() || relative.isEmpty()) {
            return "";
        }
        if (!isValid()) {
            return "invalid";
        }
        if (budget.get().isMetBy(relative.get().high())) {
            return "met";
        }
        return budget.get().isMetBy(relative.get().low()) ? "unclear" : "missed";
    }
}
