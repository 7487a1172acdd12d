package io.bpf4j.vm.object;

import io.bpf4j.vm.type.StructType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Reads what {@link RecordText} writes. Which classes may appear is decided by the declarations of the records alone:
 * a name in the text picks among the permitted classes of a sealed interface.
 */
final class RecordTextParser {
    private static final int MAX_DEPTH = 200;

    private final String text;
    private final Map<Integer, StructType> structs = new HashMap<>();
    private final Map<Class<?>, Shape> shapes = new HashMap<>();
    /** For each class that a component is declared with, those that a name may mean. */
    private final Map<Class<?>, Map<String, Class<?>>> choices = new HashMap<>();
    private int at;
    private int depth;

    /** A record class, as reflection tells it, which takes its time. */
    private record Shape(List<String> names, List<Type> types, Constructor<?> constructor) {
        static Shape of(Class<?> type) {
            List<String> names = new ArrayList<>();
            List<Type> types = new ArrayList<>();
            List<Class<?>> raw = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                names.add(component.getName());
                types.add(component.getGenericType());
                raw.add(component.getType());
            }
            try {
                return new Shape(names, types, type.getDeclaredConstructor(raw.toArray(Class<?>[]::new)));
            } catch (NoSuchMethodException e) {
                throw new IllegalArgumentException("cannot make a " + type.getSimpleName(), e);
            }
        }
    }

    private RecordTextParser(String text) {
        this.text = text;
    }

    /**
     * Reads one record.
     *
     * @throws ObjectException if the text is not one of that class
     */
    static <T extends Record> T parse(String text, Class<T> type) {
        RecordTextParser parser = new RecordTextParser(text);
        try {
            T result = type.cast(parser.value(type));
            parser.space();
            if (parser.at != text.length()) {
                throw parser.wrong("the end");
            }
            return result;
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            throw parser.wrong("a valid value (" + e.getMessage() + ")");
        }
    }

    private Object value(Type declared) {
        if (++depth > MAX_DEPTH) {
            throw wrong("less nesting");
        }
        try {
            if (declared instanceof ParameterizedType list && list.getRawType() == List.class) {
                return list(list.getActualTypeArguments()[0]);
            }
            Class<?> type = (Class<?>) declared;
            if (type == String.class) {
                return string();
            } else if (type == byte[].class) {
                return HexFormat.of().parseHex(word().substring(1));
            } else if (type == int.class) {
                return Integer.parseInt(word());
            } else if (type == long.class) {
                return Long.parseLong(word());
            } else if (type == boolean.class) {
                return Boolean.parseBoolean(word());
            }
            return tagged(type);
        } finally {
            depth--;
        }
    }

    private Object tagged(Class<?> declared) {
        expect('(');
        String tag = word();
        Object result;
        if ("struct".equals(tag) && declared.isAssignableFrom(StructType.class)) {
            result = struct();
        } else {
            Class<?> type = choices.computeIfAbsent(declared, RecordTextParser::named).get(tag);
            if (type == null) {
                throw wrong("a " + declared.getSimpleName());
            }
            result = type.isEnum() ? constant(type) : record(type);
        }
        expect(')');
        return result;
    }

    private static Map<String, Class<?>> named(Class<?> declared) {
        Map<String, Class<?>> names = new HashMap<>();
        if (declared.isRecord() || declared.isEnum()) {
            names.put(declared.getSimpleName(), declared);
        }
        if (declared.isInterface() && declared.isSealed()) {
            for (Class<?> permitted : declared.getPermittedSubclasses()) {
                named(permitted).forEach(names::putIfAbsent);
            }
        }
        return names;
    }

    private Object constant(Class<?> type) {
        String name = word();
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw wrong("a constant of " + type.getSimpleName());
    }

    private Object record(Class<?> type) {
        Shape shape = shapes.computeIfAbsent(type, Shape::of);
        Object[] values = new Object[shape.names().size()];
        for (int i = 0; i < values.length; i++) {
            expect('(');
            if (!word().equals(shape.names().get(i))) {
                throw wrong(shape.names().get(i) + " of " + type.getSimpleName());
            }
            values[i] = value(shape.types().get(i));
            expect(')');
        }
        try {
            return shape.constructor().newInstance(values);
        } catch (InvocationTargetException e) {
            throw wrong("a valid " + type.getSimpleName() + " (" + e.getCause().getMessage() + ")");
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("cannot make a " + type.getSimpleName(), e);
        }
    }

    private StructType struct() {
        int number = Integer.parseInt(word());
        space();
        if (peek() == ')') {
            StructType known = structs.get(number);
            if (known == null) {
                throw wrong("a struct that was declared before");
            }
            return known;
        }
        StructType struct = StructType.declare(string(), StructType.Kind.valueOf(word()));
        structs.put(number, struct);
        String size = word();
        if (!"?".equals(size)) {
            List<StructType.Field> fields = new ArrayList<>();
            list(StructType.Field.class).forEach(field -> fields.add((StructType.Field) field));
            struct.completeWithOffsets(fields, Integer.parseInt(size));
        }
        return struct;
    }

    private List<Object> list(Type element) {
        expect('[');
        List<Object> result = new ArrayList<>();
        space();
        while (peek() != ']') {
            result.add(value(element));
            space();
        }
        at++;
        return result;
    }

    private String string() {
        expect('"');
        StringBuilder result = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at++);
            if (c == '\\') {
                c = peek();
                at++;
                if (c == 'n') {
                    c = '\n';
                } else if (c == '{') {
                    int end = text.indexOf('}', at);
                    if (end < 0) {
                        throw wrong("a closing brace");
                    }
                    c = (char) Integer.parseInt(text.substring(at, end), 16);
                    at = end + 1;
                }
            }
            result.append(c);
        }
        at++;
        return result.toString();
    }

    private String word() {
        space();
        int start = at;
        while (at < text.length() && " \n()[]\"".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (start == at) {
            throw wrong("a word");
        }
        return text.substring(start, at);
    }

    private void space() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
            at++;
        }
    }

    private void expect(char c) {
        space();
        if (peek() != c) {
            throw wrong("'" + c + "'");
        }
        at++;
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("more");
        }
        return text.charAt(at);
    }

    private ObjectException wrong(String expected) {
        return new ObjectException(
                "section " + PrivateData.SECTION + ", character " + at + ": expected " + expected);
    }
}
