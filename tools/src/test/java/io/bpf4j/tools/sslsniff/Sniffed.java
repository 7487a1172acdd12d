package io.bpf4j.tools.sslsniff;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** One call as the tool's JSON has it. */
record Sniffed(String function, String symbol, String comm, long pid, long uid, String connection,
        long length,
        String data, long truncated) {

    static Sniffed parse(String line) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, parser.getText());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(line, e);
        }
        String data = fields.containsKey("data")
                ? fields.get("data")
                : new String(Base64.getDecoder().decode(fields.get("data_base64")),
                        StandardCharsets.ISO_8859_1);
        return new Sniffed(fields.get("function"), fields.get("symbol"), fields.get("comm"),
                Long.parseLong(fields.get("pid")), Long.parseLong(fields.get("uid")),
                fields.get("connection"),
                Long.parseLong(fields.get("length")), data, Long.parseLong(fields.get("truncated")));
    }
}
