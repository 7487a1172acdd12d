package io.bpf4j.tools.common;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bpf4j.vm.explain.Explanation;
import io.bpf4j.vm.program.SourceLine;
import java.io.IOException;
import java.util.Optional;

/** An explanation as fields of a JSON object; the kernel's and our verifier's have the same. */
public final class ExplanationFields {

    private ExplanationFields() {}

    /** Writes {@code "explanation":{...}}. */
    public static void write(JsonGenerator json, Explanation explanation) throws IOException {
        json.writeObjectFieldStart("explanation");
        json.writeStringField("reason", explanation.reason());
        place(json, explanation.slot(), explanation.line());
        json.writeArrayFieldStart("facts");
        for (String fact : explanation.facts()) {
            json.writeString(fact);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("path");
        for (Explanation.Step step : explanation.path()) {
            json.writeStartObject();
            json.writeStringField("what", step.what());
            place(json, step.slot(), step.line());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeBooleanField("shortened", explanation.shortened());
        optional(json, "hint", explanation.hint());
        optional(json, "kernel", explanation.original());
        json.writeEndObject();
    }

    private static void place(JsonGenerator json, int slot, Optional<SourceLine> line) throws IOException {
        json.writeNumberField("instruction", slot);
        if (line.isPresent()) {
            json.writeStringField("file", line.get().file());
            json.writeNumberField("line", line.get().line());
            json.writeStringField("text", line.get().text());
        }
    }

    private static void optional(JsonGenerator json, String name, String text) throws IOException {
        if (!text.isEmpty()) {
            json.writeStringField(name, text);
        }
    }
}
