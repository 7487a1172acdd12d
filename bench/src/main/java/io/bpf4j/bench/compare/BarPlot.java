package io.bpf4j.bench.compare;

import io.bpf4j.bench.compare.result.Cell;
import io.bpf4j.bench.compare.result.Comparison;
import io.bpf4j.bench.compare.result.Comparison.Plot;
import io.bpf4j.bench.compare.result.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws the cells of one condition as bars with their intervals, as SVG; colours come from the page's style. */
final class BarPlot {

    private static final int LABELS = 270;
    private static final int WIDTH = 900;
    private static final int NUMBERS = 90;
    private static final int ROW = 22;
    private static final int BAR = 14;
    private static final int AXIS = 24;
    private static final double[] STEPS = {1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000};
    private static final int MOST_TICKS = 8;

    private final boolean logarithmic;
    private final List<Cell> cells;
    private final double low;
    private final double high;
    private final StringBuilder out = new StringBuilder();

    /** Draws cells of a comparison; those without a number to show are left out. */
    BarPlot(Comparison comparison, List<Cell> cells) {
        this.logarithmic = comparison.plot() == Plot.VALUES;
        this.cells = cells.stream().filter(cell -> logarithmic || cell.relative().isPresent()).toList();
        double least = this.cells.stream().mapToDouble(cell -> shown(cell).low()).min().orElse(0);
        double most = this.cells.stream().mapToDouble(cell -> shown(cell).high()).max().orElse(1);
        this.low = logarithmic ? Math.pow(10, Math.floor(Math.log10(least))) : Math.min(0, least);
        this.high = logarithmic ? Math.max(most, 10 * low) : Math.max(1, most);
    }

    /** Returns the picture. */
    String svg() {
        int height = cells.size() * ROW + AXIS;
        out.append(format("<svg viewBox=\"0 0 %d %d\" role=\"img\">%n", WIDTH, height));
        ticks().forEach(tick -> tick(tick, height));
        for (int i = 0; i < cells.size(); i++) {
            bar(cells.get(i), i * ROW);
        }
        return out.append("</svg>\n").toString();
    }

    private Estimate shown(Cell cell) {
        return logarithmic ? cell.value() : cell.relative().orElseThrow();
    }

    private double x(double value) {
        double share = logarithmic
                ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
                : (value - low) / (high - low);
        return LABELS + share * (WIDTH - LABELS - NUMBERS);
    }

    private List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            for (double tick = low; tick <= high; tick *= 10) {
                ticks.add(tick);
            }
            return ticks;
        }
        double step = STEPS[STEPS.length - 1];
        for (int i = STEPS.length - 1; i >= 0 && (high - low) / STEPS[i] <= MOST_TICKS; i--) {
            step = STEPS[i];
        }
        for (double tick = Math.ceil(low / step) * step; tick <= high; tick += step) {
            ticks.add(tick);
        }
        return ticks;
    }

    private void tick(double value, int height) {
        out.append(format("<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\"/>", x(value),
                x(value),
                height - AXIS + 4));
        out.append(format("<text class=\"tick\" x=\"%.1f\" y=\"%d\">%s</text>%n", x(value), height - 6,
                logarithmic || value == Math.rint(value)
                        ? format("%,.0f", value)
                        : TextReport.number(value)));
    }

    private void bar(Cell cell, int y) {
        Estimate estimate = shown(cell);
        double zero = logarithmic ? LABELS : x(0);
        double end = x(estimate.median());
        int middle = y + ROW / 2;
        out.append(format("<text class=\"label\" x=\"%d\" y=\"%d\">%s</text>", LABELS - 8, middle + 4,
                HtmlReport.escape(cell.mode() + ": " + cell.what())));
        out.append(format(
                "<rect class=\"bar %s%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%s</title></rect>",
                cell.mode(), cell.isValid() ? "" : " invalid", Math.min(zero, end), middle - BAR / 2,
                Math.abs(end - zero), BAR, HtmlReport.escape(cell.what() + ": " + describe(estimate))));
        out.append(format("<line class=\"interval\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                x(estimate.low()), x(estimate.high()), middle, middle));
        out.append(format("<text class=\"number\" x=\"%.1f\" y=\"%d\">%s</text>%n",
                Math.max(zero, x(estimate.high())) + 6, middle + 4, TextReport.number(estimate.median())));
    }

    private static String describe(Estimate estimate) {
        return TextReport.number(estimate.median()) + " [" + TextReport.number(estimate.low()) + ", "
                + TextReport.number(estimate.high()) + "]";
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
