package io.bpf4j.tools.verify;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bpf4j.tools.common.JsonRequest;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One line of a batch: {@code {"id":3,"prog":"hex","type":"kprobe","license":"GPL","maps":[...]}}, a map being
 * {@code {"name":"h","type":1,"key":4,"value":8,"max":16}} with the kernel's number of its type and sizes in bytes; or
 * {@code {"id":3,"object":"path.o","section":"...","func":"...","type":"kprobe"}}. Other keys are passed over.
 */
final class VerifyRequest extends JsonRequest {

    private String program;
    private Path object;
    private String section = "";
    private String function = "";
    private ProgramType type;
    private String license = "GPL";
    private final List<MapSpec> maps = new ArrayList<>();

    /** What is known of a map while its object is read. */
    private static final class MapFields {
        private String name;
        private int kind;
        private int key;
        private int value;
        private int entries = 1;
        private int flags;
    }

    @Override
    protected void check() {
        if (program == null && object == null) {
            throw wrong("\"prog\" or \"object\" is missing");
        }
        if (program != null && object != null) {
            throw wrong("\"prog\" and \"object\" exclude each other");
        }
    }

    @Override
    protected void field(String name, JsonParser json) throws IOException {
        switch (name) {
            case "prog" -> program = text(name, json);
            case "object" -> object = path(text(name, json));
            case "section" -> section = text(name, json);
            case "func" -> function = text(name, json);
            case "type" -> type = typeOf(text(name, json));
            case "license" -> license = text(name, json);
            case "maps" -> readMaps(json);
            default -> json.skipChildren();
        }
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw wrong("\"object\" is not a path");
        }
    }

    private void readMaps(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw wrong("\"maps\" is not an array");
        }
        while (json.nextToken() == JsonToken.START_OBJECT) {
            MapFields fields = new MapFields();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                mapField(fields, json.currentName(), json);
            }
            maps.add(map(fields, maps.size()));
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
            throw wrong("\"maps\" has something that is not an object");
        }
    }

    private static void mapField(MapFields fields, String name, JsonParser json) throws IOException {
        json.nextToken();
        switch (name) {
            case "name" -> fields.name = text(name, json);
            case "type" -> fields.kind = number(name, json);
            case "key" -> fields.key = number(name, json);
            case "value" -> fields.value = number(name, json);
            case "max" -> fields.entries = number(name, json);
            case "flags" -> fields.flags = number(name, json);
            default -> json.skipChildren();
        }
    }

    private static MapSpec map(MapFields fields, int index) {
        MapKind kind = Arrays.stream(MapKind.values()).filter(one -> one.number() == fields.kind).findFirst()
                .orElseThrow(() -> wrong("map " + index + ": type " + fields.kind + " is not known here"));
        String name = (fields.name == null ? "map" : fields.name) + "#" + index;
        return new MapSpec(name, kind, bytes(fields.key), bytes(fields.value), fields.entries, fields.flags,
                new MapRole.Plain());
    }

    private static Type bytes(int size) {
        return size == 0 ? VoidType.VOID : new ArrayType(IntType.U8, size);
    }

    private static int number(String name, JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || !json.getNumberType().equals(
                JsonParser.NumberType.INT) || json.getIntValue() < 0) {
            throw wrong("\"" + name + "\" is not a number from 0 to " + Integer.MAX_VALUE);
        }
        return json.getIntValue();
    }

    /** Finds a program type by the kernel's name of it, or by the start of its section's. */
    private static ProgramType typeOf(String word) {
        String name = word.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "uprobe", "kretprobe", "uretprobe" -> ProgramType.KPROBE;
            case "tc" -> ProgramType.SCHED_CLS;
            default -> Arrays.stream(ProgramType.values())
                    .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(name)
                            || one.section().equals(name))
                    .findFirst().orElseThrow(() -> wrong("there is no program type \"" + word + "\""));
        };
    }

    String program() {
        return program;
    }

    /** Returns the file of the program, or null if the request has its instructions. */
    Path object() {
        return object;
    }

    String section() {
        return section;
    }

    String function() {
        return function;
    }

    /** Returns the type that the request names. */
    Optional<ProgramType> type() {
        return Optional.ofNullable(type);
    }

    String license() {
        return license;
    }

    List<MapSpec> maps() {
        return maps;
    }
}
