package io.bpf4j.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.bench.compare.result.Budget;
import io.bpf4j.bench.compare.result.Cell;
import io.bpf4j.bench.compare.result.Comparison;
import io.bpf4j.bench.compare.result.Estimate;
import io.bpf4j.tools.common.Output;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class ReportTest {

    private static final Map<String, String> SURROUNDINGS = Map.of("kernel", "6.18 <&>");

    private static Cell cell(String what, String mode, double value, double relative, List<String> problems) {
        return new Cell(what, mode, "1", List.of(value, value), new Estimate(value, value / 2, value * 2),
                Optional.of(new Estimate(relative, relative, relative)), Optional.of(new Budget(2, "2x")),
                Map.of("calls", 3L), "", problems);
    }

    private static List<Comparison> comparisons() {
        return List.of(new Comparison("micro", "a < b", "ns/call", "x", "threads", Comparison.Plot.VALUES,
                List.of("a note"), List.of(cell("good", "user", 5, 1.5, List.of()),
                        cell("slow", "user", 50, 15, List.of()),
                        cell("lossy", "kernel", 5, 1, List.of("lost")))));
    }

    @Test
    void everyCellIsABarAndARow() throws Exception {
        String page = new HtmlReport(SURROUNDINGS, comparisons()).page();
        String body = page.substring(page.indexOf("<body>"), page.indexOf("</html>"));
        Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
        assertEquals(3, document.getElementsByTagName("rect").getLength());
        assertEquals(1 + 3 + 1, document.getElementsByTagName("tr").getLength());
        assertFalse(page.contains("http"), "the page needs the network");
    }

    @Test
    void textTellsWhatKeepsItsBudget() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Output output = Output.to(bytes)) {
            TextReport.print(SURROUNDINGS, comparisons(), output);
        }
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertTrue(lines.stream().anyMatch(line -> line.contains("good") && line.contains("met")));
        assertTrue(lines.stream().anyMatch(line -> line.contains("slow") && line.contains("missed")));
        assertTrue(lines.stream().anyMatch(line -> line.contains("lossy") && line.contains("invalid")));
    }

    @Test
    void noiseAroundTheBudgetDecidesNothing() {
        Cell noisy = new Cell("noisy", "user", "1", List.of(5.0), new Estimate(5, 4, 6),
                Optional.of(new Estimate(1.9, 1.5, 2.5)), Optional.of(new Budget(2, "2x")), Map.of(), "",
                List.of());
        assertEquals("unclear", noisy.verdict());
    }

    @Test
    void jsonHasEveryRawNumber() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Output output = Output.to(bytes)) {
            JsonReport.print(SURROUNDINGS, comparisons(), output);
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("\"raw\":[5.0,5.0]") && text.contains("\"raw\":[50.0,50.0]"), text);
    }
}
