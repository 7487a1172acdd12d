package io.bpf4j.tools.vm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bpf4j.tools.common.JsonRequest;
import io.bpf4j.tools.common.UserError;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/** One line of a batch: {@code {"id":7,"prog":"hex","mem":"hex","engine":"jvm"}}; other keys are passed over. */
final class Request extends JsonRequest {

    private String program;
    private String memory = "";
    private EngineName engine;

    /**
     * Makes a request to be read.
     *
     * @param engine what is meant if the line names no engine
     */
    Request(EngineName engine) {
        this.engine = engine;
    }

    @Override
    protected void field(String name, JsonParser json) throws IOException {
        boolean isNull = json.currentToken() == JsonToken.VALUE_NULL;
        switch (name) {
            case "prog" -> program = text(name, json);
            case "mem" -> memory = isNull ? "" : text(name, json);
            case "engine" -> engine = isNull ? engine : engine(text(name, json));
            default -> json.skipChildren();
        }
    }

    @Override
    protected void check() {
        if (program == null) {
            throw wrong("\"prog\" is missing");
        }
    }

    private static EngineName engine(String word) {
        return Arrays.stream(EngineName.values())
                .filter(name -> name.toString().equals(word.toLowerCase(Locale.ROOT)))
                .findFirst().orElseThrow(() -> noEngine(word));
    }

    private static UserError noEngine(String word) {
        return wrong("there is no engine \"" + word + "\", but "
                + String.join(", ", Arrays.stream(EngineName.values()).map(EngineName::toString).toList()));
    }

    String program() {
        return program;
    }

    String memory() {
        return memory;
    }

    EngineName engine() {
        return engine;
    }
}
