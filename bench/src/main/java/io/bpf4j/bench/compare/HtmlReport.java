package io.bpf4j.bench.compare;

import io.bpf4j.bench.compare.result.Budget;
import io.bpf4j.bench.compare.result.Cell;
import io.bpf4j.bench.compare.result.Comparison;
import io.bpf4j.bench.compare.result.Estimate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a page of comparisons, with plots, that needs nothing else. */
final class HtmlReport {

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>what observing costs</title>
            <style>
            :root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --faint: #d8dbe0; --quiet: #666b73;
              --none: #8a929c; --user: #1f7a5c; --kernel: #b4532a; }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #e6e8eb; --paper: #16181b; --faint: #363a40; --quiet: #9aa1aa;
                --none: #7d8590; --user: #4fc09a; --kernel: #e88a5c; }
            }
            body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
              max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
            h1, h2, h3 { line-height: 1.2; font-weight: 600; }
            h3 { margin-bottom: .3rem; color: var(--quiet); }
            .wide { overflow-x: auto; }
            table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
            th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--faint); text-align: left;
              white-space: nowrap; }
            td.number, th.number { text-align: right; }
            .met { color: var(--user); } .missed, .problem { color: var(--kernel); font-weight: 600; }
            svg { width: 100%; min-width: 640px; height: auto; font: 12px system-ui, sans-serif; }
            .label { text-anchor: end; fill: var(--ink); } .tick { text-anchor: middle; fill: var(--quiet); }
            .number { fill: var(--quiet); } .grid { stroke: var(--faint); }
            .interval { stroke: var(--ink); stroke-width: 1.5; }
            .bar.none { fill: var(--none); } .bar.user { fill: var(--user); } .bar.kernel { fill: var(--kernel); }
            .bar.invalid { opacity: .35; }
            </style>
            </head>
            <body>
            <h1>What observing costs</h1>
            """;

    private final Map<String, String> surroundings;
    private final List<Comparison> comparisons;
    private final StringBuilder out = new StringBuilder(HEAD);

    HtmlReport(Map<String, String> surroundings, List<Comparison> comparisons) {
        this.surroundings = surroundings;
        this.comparisons = comparisons;
    }

    /** Returns the page. */
    String page() {
        comparisons.forEach(this::section);
        out.append("<h2>Measured on</h2>\n<div class=\"wide\"><table>\n");
        surroundings.forEach((name, value) -> out.append("<tr><td>").append(escape(name)).append("</td><td>")
                .append(escape(value)).append("</td></tr>\n"));
        return out.append("</table></div>\n</body>\n</html>\n").toString();
    }

    private void section(Comparison comparison) {
        out.append("<h2>").append(escape(comparison.name() + ": " + comparison.title())).append("</h2>\n");
        String shown = comparison.plot() == Comparison.Plot.VALUES
                ? comparison.unit()
                : comparison.relativeUnit();
        comparison.cells().stream().map(Cell::at).distinct().forEach(at -> {
            out.append("<h3>").append(escape(comparison.at() + " " + at + ", " + shown)).append("</h3>\n");
            out.append("<div class=\"wide\">\n").append(new BarPlot(comparison,
                    comparison.cells().stream().filter(cell -> cell.at().equals(at)).toList()).svg())
                    .append("</div>\n");
        });
        out.append("<ul>\n");
        comparison.notes().forEach(note -> out.append("<li>").append(escape(note)).append("</li>\n"));
        out.append("</ul>\n");
        table(comparison);
    }

    private void table(Comparison comparison) {
        out.append("<div class=\"wide\"><table>\n<tr>");
        Stream.of(comparison.at(), "mode", "what", comparison.unit(), "95 %", comparison.relativeUnit(),
                "95 %",
                "budget", "", "published", "remarks")
                .forEach(title -> out.append("<th>").append(escape(title)).append("</th>"));
        out.append("</tr>\n");
        comparison.cells().forEach(this::row);
        out.append("</table></div>\n");
    }

    private void row(Cell cell) {
        out.append("<tr>");
        text(cell.at());
        text(cell.mode());
        text(cell.what());
        estimate(cell.value());
        if (cell.relative().isPresent()) {
            estimate(cell.relative().get());
        } else {
            text("");
            text("");
        }
        text(cell.budget().map(Budget::text).orElse(""));
        out.append("<td class=\"").append(cell.verdict()).append("\">").append(cell.verdict())
                .append("</td>");
        text(cell.published());
        out.append("<td><span class=\"problem\">").append(escape(String.join("; ", cell.problems())))
                .append("</span> ");
        out.append(escape(cell.counts().entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey()).collect(Collectors.joining(", "))));
        out.append("</td></tr>\n");
    }

    private void estimate(Estimate estimate) {
        out.append("<td class=\"number\">").append(TextReport.number(estimate.median())).append("</td>");
        text(TextReport.number(estimate.low()) + " to " + TextReport.number(estimate.high()));
    }

    private void text(String text) {
        out.append("<td>").append(escape(text)).append("</td>");
    }

    /** Returns text that is safe between tags and in attributes. */
    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
