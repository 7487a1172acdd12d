package io.bpf4j.tools.vm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;

/** One line of a batch: {@code {"id":7,"prog":"hex","mem":"hex","engine":"jvm"}}; other keys are passed over. */
final class Request {

    private static final JsonFactory FACTORY = new JsonFactory();

    private Object id;
    private String program;
    private String memory = "";
    private EngineName engine;

    /**
     * Reads a line as far as it can be read.
     *
     * @param engine what is meant if the line names no engine
     */
    Request(EngineName engine) {
        this.engine = engine;
    }

    /**
     * Reads a line; the id is known afterwards even if what follows it is wrong.
     *
     * @throws UserError if it is not such an object
     */
    void read(String line) {
        try (JsonParser json = FACTORY.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw wrong("not a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                field(json.currentName(), json);
            }
        } catch (JsonProcessingException e) {
            throw wrong("not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (program == null) {
            throw wrong("\"prog\" is missing");
        }
    }

    private void field(String name, JsonParser json) throws IOException {
        JsonToken value = json.nextToken();
        switch (name) {
            case "id" -> id = switch (value) {
                case VALUE_NUMBER_INT -> json.getLongValue();
                case VALUE_STRING -> json.getText();
                default -> throw wrong("\"id\" is neither a whole number nor a string");
            };
            case "prog" -> program = text(name, json);
            case "mem" -> memory = value == JsonToken.VALUE_NULL ? "" : text(name, json);
            case "engine" -> engine = value == JsonToken.VALUE_NULL ? engine : engine(text(name, json));
            default -> json.skipChildren();
        }
    }

    private static String text(String name, JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong("\"" + name + "\" is not a string");
        }
        return json.getText();
    }

    private static EngineName engine(String word) {
        return Arrays.stream(EngineName.values())
                .filter(name -> name.toString().equals(word.toLowerCase(Locale.ROOT)))
                .findFirst().orElseThrow(() -> wrong("there is no engine \"" + word + "\", but "
                        + String.join(", ",
                                Arrays.stream(EngineName.values()).map(EngineName::toString).toList())));
    }

    private static UserError wrong(String message) {
        return new UserError(ExitCode.USAGE, message);
    }

    /** Writes the id, null if there is none. */
    void writeId(JsonGenerator json) throws IOException {
        json.writeFieldName("id");
        switch (id) {
            case Long number -> json.writeNumber(number);
            case String text -> json.writeString(text);
            case null, default -> json.writeNull();
        }
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
