package io.bpf4j.bench.compare;

import io.bpf4j.bench.compare.result.Comparison;
import java.util.List;
import java.util.Map;

record HtmlReport(Map<String, String> surroundings, List<Comparison> comparisons) {
    String page() {
        return "";
    }
}
