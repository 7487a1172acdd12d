package io.bpf4j.bench.compare;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bpf4j.bench.compare.result.Cell;
import io.bpf4j.bench.compare.result.Comparison;
import io.bpf4j.bench.compare.result.Estimate;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Prints comparisons as one JSON object:
 *
 * <pre>
 * {"schema": 1,
 *  "environment": {NAME: TEXT, ...},
 *  "experiments": [{
 *    "name": TEXT, "title": TEXT, "unit": TEXT, "relative_unit": TEXT, "condition": TEXT, "notes": [TEXT, ...],
 *    "cells": [{
 *      "what": TEXT, "mode": "none" | "user" | "kernel", "at": TEXT,
 *      "median": NUMBER, "low": NUMBER, "high": NUMBER,      in the unit; the 95 % interval
 *      "relative": {"median": NUMBER, "low": NUMBER, "high": NUMBER} | null,
 *      "budget": {"limit": NUMBER, "text": TEXT} | null,
 *      "verdict": "met" | "missed" | "unclear" | "invalid" | "",
 *      "counts": {NAME: NUMBER, ...},
 *      "published": TEXT, "problems": [TEXT, ...],
 *      "raw": [NUMBER, ...]                                  every round or window, in the unit
 *    }, ...]
 *  }, ...]}
 * </pre>
 */
final class JsonReport {

    private static final int SCHEMA = 1;

    private JsonReport() {}

    /** Prints everything. */
    static void print(Map<String, String> surroundings, List<Comparison> comparisons, Output output) {
        new JsonLines(output).line(json -> {
            json.writeNumberField("schema", SCHEMA);
            json.writeObjectFieldStart("environment");
            for (Map.Entry<String, String> entry : surroundings.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("experiments");
            for (Comparison comparison : comparisons) {
                write(json, comparison);
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, Comparison comparison) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", comparison.name());
        json.writeStringField("title", comparison.title());
        json.writeStringField("unit", comparison.unit());
        json.writeStringField("relative_unit", comparison.relativeUnit());
        json.writeStringField("condition", comparison.at());
        texts(json, "notes", comparison.notes());
        json.writeArrayFieldStart("cells");
        for (Cell cell : comparison.cells()) {
            write(json, cell);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Cell cell) throws IOException {
        json.writeStartObject();
        json.writeStringField("what", cell.what());
        json.writeStringField("mode", cell.mode());
        json.writeStringField("at", cell.at());
        fields(json, cell.value());
        json.writeFieldName("relative");
        if (cell.relative().isPresent()) {
            json.writeStartObject();
            fields(json, cell.relative().get());
            json.writeEndObject();
        } else {
            json.writeNull();
        }
        json.writeFieldName("budget");
        if (cell.budget().isPresent()) {
            json.writeStartObject();
            json.writeNumberField("limit", cell.budget().get().limit());
            json.writeStringField("text", cell.budget().get().text());
            json.writeEndObject();
        } else {
            json.writeNull();
        }
        json.writeStringField("verdict", cell.verdict());
        json.writeObjectFieldStart("counts");
        for (Map.Entry<String, Long> count : cell.counts().entrySet()) {
            json.writeNumberField(count.getKey(), count.getValue());
        }
        json.writeEndObject();
        json.writeStringField("published", cell.published());
        texts(json, "problems", cell.problems());
        json.writeArrayFieldStart("raw");
        for (double value : cell.raw()) {
            json.writeNumber(value);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void fields(JsonGenerator json, Estimate estimate) throws IOException {
        json.writeNumberField("median", estimate.median());
        json.writeNumberField("low", estimate.low());
        json.writeNumberField("high", estimate.high());
    }

    private static void texts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
