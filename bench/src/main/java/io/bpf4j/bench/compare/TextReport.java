package io.bpf4j.bench.compare;

import io.bpf4j.bench.compare.result.Budget;
import io.bpf4j.bench.compare.result.Cell;
import io.bpf4j.bench.compare.result.Comparison;
import io.bpf4j.bench.compare.result.Estimate;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints comparisons as tables for people. */
final class TextReport {

    private TextReport() {}

    /** Prints everything. */
    static void print(Map<String, String> surroundings, List<Comparison> comparisons, Output output) {
        surroundings.forEach((name, value) -> output.text(name + ": " + value).line());
        for (Comparison comparison : comparisons) {
            output.line();
            print(comparison, output);
        }
    }

    private static void print(Comparison comparison, Output output) {
        output.text(comparison.name() + ": " + comparison.title()).line();
        TextTable table = new TextTable();
        table.column(comparison.at(), true);
        table.column("mode", false);
        table.column("what", false);
        table.column(comparison.unit(), true);
        table.column("95 %", false);
        table.column(comparison.relativeUnit(), true);
        table.column("95 %", false);
        table.column("budget", false);
        table.column("", false);
        table.column("published", false);
        table.column("remarks", false);
        comparison.cells().forEach(cell -> table.row(row(cell)));
        table.print(output);
        comparison.notes().forEach(note -> output.text("- " + note).line());
    }

    private static List<String> row(Cell cell) {
        return List.of(cell.at(), cell.mode(), cell.what(), number(cell.value().median()),
                interval(cell.value()),
                cell.relative().map(Estimate::median).map(TextReport::number).orElse(""),
                cell.relative().map(TextReport::interval).orElse(""),
                cell.budget().map(Budget::text).orElse(""), cell.verdict(), cell.published(), remarks(cell));
    }

    private static String remarks(Cell cell) {
        StringBuilder text = new StringBuilder(String.join("; ", cell.problems()));
        cell.counts()
                .forEach((name, count) -> text.append(text.isEmpty() ? "" : ", ").append(count).append(' ')
                        .append(name));
        return text.toString();
    }

    private static String interval(Estimate estimate) {
        return "[" + number(estimate.low()) + ", " + number(estimate.high()) + "]";
    }

    /** Returns a number with about three digits that mean something. */
    static String number(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }
}
