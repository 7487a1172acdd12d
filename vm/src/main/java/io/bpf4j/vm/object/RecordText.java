package io.bpf4j.vm.object;

import io.bpf4j.vm.type.StructType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records as text: every record, enum and list is written by its shape, so that the text needs no description but the
 * records' own declarations. {@link RecordTextParser} reads it.
 *
 * <pre>
 * record     (Name (component value) ...)        number, boolean   42, true
 * list       [value ...]                         string            "text", with \" \\ \n and \{codepoint in hex}
 * enum       (Name CONSTANT)                     bytes             #00ff
 * struct     (struct NUMBER "name" KIND SIZE [(Field ...) ...]) the first time, with KIND ? alone if it has no fields;
 *            (struct NUMBER) afterwards, and within its own fields
 * </pre>
 */
final class RecordText {
    private final StringBuilder out = new StringBuilder();
    private final Map<StructType, Integer> structs = new IdentityHashMap<>();

    private RecordText() {}

    /** Writes a record made of records, lists, enums, strings, numbers, booleans, bytes and types. */
    static String write(Record value) {
        RecordText text = new RecordText();
        text.value(value);
        return text.out.append('\n').toString();
    }

    private void value(Object value) {
        switch (value) {
            case StructType struct -> struct(struct);
            case Record record -> record(record);
            case Enum<?> constant ->
                out.append('(').append(constant.getDeclaringClass().getSimpleName()).append(' ')
                        .append(constant.name()).append(')');
            case List<?> list -> list(list);
            case String text -> string(text);
            case byte[] bytes -> out.append('#').append(HexFormat.of().formatHex(bytes));
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth);
            default -> throw new IllegalArgumentException("no text form for a " + value.getClass().getName());
        }
    }

    private void record(Record record) {
        out.append('(').append(record.getClass().getSimpleName());
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            out.append(" (").append(component.getName()).append(' ');
            value(get(component, record));
            out.append(')');
        }
        out.append(')');
    }

    private static Object get(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalArgumentException("cannot read " + component, e);
        }
    }

    private void list(List<?> list) {
        out.append('[');
        for (Object element : list) {
            out.append("\n  ");
            value(element);
        }
        out.append(']');
    }

    private void struct(StructType struct) {
        Integer known = structs.get(struct);
        if (known != null) {
            out.append("(struct ").append(known).append(')');
            return;
        }
        int number = structs.size();
        structs.put(struct, number);
        out.append("(struct ").append(number).append(' ');
        string(struct.name());
        out.append(' ').append(struct.kind().name()).append(' ');
        if (struct.isPending() || !struct.isComplete()) {
            out.append("?)");
            return;
        }
        out.append(struct.size()).append(' ');
        list(new ArrayList<>(struct.fields()));
        out.append(')');
    }

    private void string(String text) {
        out.append('"');
        text.chars().forEach(c -> {
            switch (c) {
                case '"', '\\' -> out.append('\\').append((char) c);
                case '\n' -> out.append("\\n");
                default -> {
                    // Anything that UTF-8 or a terminal could spoil: controls, and halves of a surrogate pair.
                    if (c < ' ' || c == 0x7f || Character.isSurrogate((char) c)) {
                        out.append("\\{").append(Integer.toHexString(c)).append('}');
                    } else {
                        out.append((char) c);
                    }
                }
            }
        });
        out.append('"');
    }
}
