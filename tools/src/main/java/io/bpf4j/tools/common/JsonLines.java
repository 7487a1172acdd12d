package io.bpf4j.tools.common;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** One JSON object a line, for programs that read our output. */
public final class JsonLines {

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build();

    private final Output output;
    private final JsonGenerator generator;

    /** What writes the fields of one object. */
    @FunctionalInterface
    public interface Fields {
        /** Writes fields, between the braces. */
        void write(JsonGenerator json) throws IOException;
    }

    /** Writes to {@code output}, which stays its owner's to flush and close. */
    public JsonLines(Output output) {
        this.output = output;
        try {
            generator = FACTORY.createGenerator(output.asStream());
            generator.setRootValueSeparator(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes one object and ends the line. */
    public void line(Fields fields) {
        try {
            generator.writeStartObject();
            fields.write(generator);
            generator.writeEndObject();
            generator.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        output.line();
    }

    /**
     * Writes a field with bytes of a traced program: as {@code name} if they are UTF-8, else in base 64 as
     * {@code name_base64}, so that nothing is lost.
     */
    public static void writeBytes(JsonGenerator json, String name, ByteBuffer bytes) throws IOException {
        try {
            json.writeStringField(name,
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString());
        } catch (CharacterCodingException notText) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(bytes.position(), copy);
            json.writeFieldName(name + "_base64");
            json.writeBinary(copy);
        }
    }
}
