package io.bpf4j.tools.common;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bpf4j.vm.type.StackId;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.ValueReader;
import io.bpf4j.vm.type.VoidType;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Shows bytes by their type, as text and as JSON: what {@link ValueReader} reads. */
public final class ValueFormat {

    /** Shows call stacks as numbers. */
    public static final ValueFormat PLAIN = new ValueFormat(StackNames.NUMBERS);

    private final StackNames stacks;

    /** Shows call stacks by their functions. */
    public ValueFormat(StackNames stacks) {
        this.stacks = stacks;
    }

    /** Returns the text of a value that starts at {@code offset}, such as <code>{pid: 1, comm: sh}</code>. */
    public String text(ByteBuffer bytes, int offset, Type type) {
        return type == VoidType.VOID ? "" : text(ValueReader.read(type, bytes, offset));
    }

    private String text(Object value) {
        return switch (value) {
            case Map<?, ?> fields -> {
                StringJoiner text = new StringJoiner(", ", "{", "}");
                fields.forEach((name, field) -> text.add(name + ": " + text(field)));
                yield text.toString();
            }
            case List<?> elements -> {
                StringJoiner text = new StringJoiner(", ", "[", "]");
                elements.forEach(element -> text.add(text(element)));
                yield text.toString();
            }
            case StackId stack -> String.join(" < ", stacks.frames(stack));
            default -> value.toString();
        };
    }

    /** Writes a value that starts at {@code offset}: numbers as numbers, structs as objects. */
    public void json(ByteBuffer bytes, int offset, Type type, JsonGenerator json) throws IOException {
        if (type == VoidType.VOID) {
            json.writeNull();
        } else {
            json(ValueReader.read(type, bytes, offset), json);
        }
    }

    private void json(Object value, JsonGenerator json) throws IOException {
        switch (value) {
            case Long number -> json.writeNumber(number);
            case BigInteger number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            case StackId stack -> json(stacks.frames(stack), json);
            case Map<?, ?> fields -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> field : fields.entrySet()) {
                    json.writeFieldName(field.getKey().toString());
                    json(field.getValue(), json);
                }
                json.writeEndObject();
            }
            case List<?> elements -> {
                json.writeStartArray();
                for (Object element : elements) {
                    json(element, json);
                }
                json.writeEndArray();
            }
            default -> json.writeString(value.toString());
        }
    }
}
