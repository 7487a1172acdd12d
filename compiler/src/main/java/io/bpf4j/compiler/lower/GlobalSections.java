package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.typed.GlobalVariable;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.compiler.typed.TypedUnit;
import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapRole.Globals.Section;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.StructType.Field;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where global variables are: each section is one map of one value. Behind the constants, the read-only section has
 * zero bytes (what large map entries start as) and the text that is too long for immediates.
 */
final class GlobalSections {
    /** A byte of a section. */
    record Location(String map, int offset) {}

    private static final String ZEROS = "__zeros";
    private static final String LITERALS = "__literals";

    private final Map<GlobalVariable, Location> locations = new LinkedHashMap<>();
    private final Map<Section, List<Field>> fields = new EnumMap<>(Section.class);
    private final Map<Section, ByteArrayOutputStream> bytes = new EnumMap<>(Section.class);
    private final Map<String, Integer> literalOffsets = new HashMap<>();
    private final ByteArrayOutputStream literals = new ByteArrayOutputStream();
    private final int zerosOffset;
    private final int zerosSize;
    private boolean zerosUsed;

    GlobalSections(TypedUnit unit) {
        for (Section section : Section.values()) {
            fields.put(section, new ArrayList<>());
            bytes.put(section, new ByteArrayOutputStream());
        }
        unit.globals().forEach(this::place);
        zerosOffset = aligned(bytes.get(Section.READ_ONLY).size(), Long.BYTES);
        zerosSize = aligned(unit.maps().stream().map(MapVariable::spec)
                .filter(spec -> spec.keySize() > 0)
                .mapToInt(MapSpec::valueSize).max().orElse(0), Long.BYTES);
    }

    private static int aligned(int offset, int alignment) {
        return offset + alignment - 1 & -alignment;
    }

    private void place(GlobalVariable variable) {
        Section section = variable.constant()
                ? Section.READ_ONLY
                : isZero(variable.initial())
                        ? Section.ZERO
                        : Section.DATA;
        ByteArrayOutputStream content = bytes.get(section);
        pad(content, variable.type().alignment());
        int offset = content.size();
        content.writeBytes(Arrays.copyOf(variable.initial(), variable.type().size()));
        fields.get(section).add(new Field(variable.name(), variable.type(), offset));
        locations.put(variable, new Location(section.sectionName(), offset));
    }

    private static boolean isZero(byte[] content) {
        for (byte one : content) {
            if (one != 0) {
                return false;
            }
        }
        return true;
    }

    private static void pad(ByteArrayOutputStream content, int alignment) {
        content.writeBytes(new byte[aligned(content.size(), alignment) - content.size()]);
    }

    Location locate(GlobalVariable variable) {
        return locations.get(variable);
    }

    /** Returns where as many zero bytes are as any map's value has. */
    Location zeros() {
        zerosUsed = true;
        return new Location(Section.READ_ONLY.sectionName(), zerosOffset);
    }

    /** Returns where text is, with zeros up to a length. */
    Location literal(byte[] content) {
        String key = new String(content, StandardCharsets.ISO_8859_1);
        int offset = literalOffsets.computeIfAbsent(key, ignored -> {
            pad(literals, Long.BYTES);
            int start = literals.size();
            literals.writeBytes(content);
            return start;
        });
        return new Location(Section.READ_ONLY.sectionName(), zerosOffset + zerosSize + offset);
    }

    List<Global> globals() {
        return locations.entrySet().stream().map(entry -> {
            GlobalVariable variable = entry.getKey();
            Location location = entry.getValue();
            return new Global(variable.name(), variable.type(), location.map(), location.offset(),
                    variable.constant(), variable.description());
        }).toList();
    }

    List<MapSpec> maps() {
        if (zerosUsed || literals.size() > 0) {
            appendToReadOnly(ZEROS, new byte[zerosSize]);
        }
        if (literals.size() > 0) {
            appendToReadOnly(LITERALS, literals.toByteArray());
        }
        List<MapSpec> maps = new ArrayList<>();
        for (Section section : Section.values()) {
            if (!fields.get(section).isEmpty()) {
                maps.add(map(section));
            }
        }
        return maps;
    }

    private void appendToReadOnly(String name, byte[] content) {
        ByteArrayOutputStream section = bytes.get(Section.READ_ONLY);
        pad(section, Long.BYTES);
        if (content.length > 0) {
            fields.get(Section.READ_ONLY).add(
                    new Field(name, new ArrayType(IntType.U8, content.length), section.size()));
            section.writeBytes(content);
        }
    }

    private MapSpec map(Section section) {
        byte[] initial = bytes.get(section).toByteArray();
        String typeName = section.sectionName().substring(1);
        StructType type = StructType.declare(typeName, StructType.Kind.STRUCT)
                .completeWithOffsets(fields.get(section), initial.length);
        int flags = MapSpec.MAPPABLE | (section == Section.READ_ONLY ? MapSpec.READ_ONLY_FOR_PROGRAMS : 0);
        return new MapSpec(section.sectionName(), MapKind.ARRAY, IntType.U32, type, 1, flags,
                new MapRole.Globals(section), initial);
    }
}
