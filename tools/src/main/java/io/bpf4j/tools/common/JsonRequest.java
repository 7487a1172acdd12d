package io.bpf4j.tools.common;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;

/** One line of a batch: a JSON object with an {@code id}, a number or a string, that the answer repeats. */
public abstract class JsonRequest {

    private static final JsonFactory FACTORY = new JsonFactory();

    private Object id;

    /**
     * Reads a line; the id is known afterwards even if what follows it is wrong.
     *
     * @throws UserError if it is not such an object
     */
    public final void read(String line) {
        try (JsonParser json = FACTORY.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw wrong("not a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("id")) {
                    id = id(json);
                } else {
                    field(name, json);
                }
            }
        } catch (JsonProcessingException e) {
            throw wrong("not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        check();
    }

    private static Object id(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_STRING -> json.getText();
            default -> throw wrong("\"id\" is neither a whole number nor a string");
        };
    }

    /** Takes a field, whose value is the current token; what it does not know it skips with its children. */
    protected abstract void field(String name, JsonParser json) throws IOException;

    /** Checks that nothing is missing. */
    protected abstract void check();

    /** Returns the current value, which must be a string. */
    protected static String text(String name, JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong("\"" + name + "\" is not a string");
        }
        return json.getText();
    }

    /** Makes the exception of a line that is wrong. */
    protected static UserError wrong(String message) {
        return new UserError(ExitCode.USAGE, message);
    }

    /** Writes the id, null if there is none. */
    public final void writeId(JsonGenerator json) throws IOException {
        json.writeFieldName("id");
        switch (id) {
            case Long number -> json.writeNumber(number);
            case String text -> json.writeString(text);
            case null, default -> json.writeNull();
        }
    }
}
