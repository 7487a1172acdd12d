package io.bpf4j.tools.common;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;

/**
 * Shows bytes by their type, as text and as JSON: numbers by signedness, {@code bool} as a word, pointers in
 * hexadecimal, enums by name where there is one, arrays of {@code char} as text, structs field by field.
 */
public final class ValueFormat {

    private ValueFormat() {}

    /** Returns the text of a value that starts at {@code offset}, such as <code>{pid: 1, comm: sh}</code>. */
    public static String text(ByteBuffer bytes, int offset, Type type) {
        return switch (type) {
            case IntType number -> number(bytes, offset, number);
            case EnumType constant -> constantName(Values.number(bytes, offset, constant), constant);
            case PointerType pointer -> "0x" + Long.toHexString(bytes.getLong(offset));
            case ArrayType array when array.isString() -> string(bytes, offset, array);
            case ArrayType array -> {
                StringJoiner elements = new StringJoiner(", ", "[", "]");
                for (int i = 0; i < array.length(); i++) {
                    elements.add(text(bytes, offset + i * array.element().size(), array.element()));
                }
                yield elements.toString();
            }
            case StructType struct -> {
                StringJoiner fields = new StringJoiner(", ", "{", "}");
                for (StructType.Field field : struct.fields()) {
                    fields.add(field.name() + ": " + text(bytes, offset + field.offset(), field.type()));
                }
                yield fields.toString();
            }
            case VoidType nothing -> "";
        };
    }

    /** Writes a value that starts at {@code offset}; texts are cut at their zero, numbers stay numbers. */
    public static void json(ByteBuffer bytes, int offset, Type type, JsonGenerator json) throws IOException {
        switch (type) {
            case IntType.BOOL -> json.writeBoolean(bytes.get(offset) != 0);
            case IntType number -> writeNumber(Values.number(bytes, offset, number), number, json);
            case EnumType constant -> json.writeString(text(bytes, offset, constant));
            case PointerType pointer -> json.writeString(text(bytes, offset, pointer));
            case ArrayType array when array.isString() -> json.writeString(string(bytes, offset, array));
            case ArrayType array -> {
                json.writeStartArray();
                for (int i = 0; i < array.length(); i++) {
                    json(bytes, offset + i * array.element().size(), array.element(), json);
                }
                json.writeEndArray();
            }
            case StructType struct -> {
                json.writeStartObject();
                for (StructType.Field field : struct.fields()) {
                    json.writeFieldName(field.name());
                    json(bytes, offset + field.offset(), field.type(), json);
                }
                json.writeEndObject();
            }
            case VoidType nothing -> json.writeNull();
        }
    }

    /** Returns a number that was read by its type's signedness. */
    static String number(long value, Type type) {
        return Values.isSigned(type) ? Long.toString(value) : Long.toUnsignedString(value);
    }

    /** Writes a number that was read by its type's signedness. */
    static void writeNumber(long value, Type type, JsonGenerator json) throws IOException {
        if (value >= 0 || Values.isSigned(type)) {
            json.writeNumber(value);
        } else {
            json.writeNumber(Long.toUnsignedString(value));
        }
    }

    private static String number(ByteBuffer bytes, int offset, IntType type) {
        long value = Values.number(bytes, offset, type);
        return type == IntType.BOOL ? Boolean.toString(value != 0) : number(value, type);
    }

    private static String constantName(long value, EnumType type) {
        return type.constants().stream()
                .filter(constant -> constant.value() == value)
                .map(EnumType.Constant::name)
                .findFirst()
                .orElseGet(() -> number(value, type));
    }

    private static String string(ByteBuffer bytes, int offset, ArrayType type) {
        byte[] copy = new byte[Values.textLength(bytes, offset, type.length())];
        bytes.get(offset, copy);
        return new String(copy, StandardCharsets.UTF_8);
    }
}
