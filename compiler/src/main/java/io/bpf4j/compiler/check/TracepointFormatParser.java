package io.bpf4j.compiler.check;

import io.bpf4j.compiler.check.TracepointFormat.Field;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads lines such as {@code field:unsigned long args[6]; offset:16; size:48; signed:0;}, which the kernel writes
 * (kernel/trace/trace_events.c, f_show). Sizes and signs decide over the spelled type, whose names mean nothing here.
 */
record TracepointFormatParser(String category) {

    private static final Pattern LINE = Pattern.compile(
            "\\s*field:(?<declaration>[^;]+);\\s*offset:(?<offset>\\d{1,6});\\s*size:(?<size>\\d{1,6});"
                    + "(?:\\s*signed:(?<signed>\\d))?.*");
    private static final Pattern DECLARATION = Pattern.compile(
            "(?<type>.*?)(?<name>[A-Za-z_][A-Za-z_0-9]*)\\s*(?:\\[(?<length>[^\\]]*)\\])?\\s*");

    List<Field> fields(String text) {
        List<Field> fields = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                Matcher declaration = DECLARATION.matcher(matcher.group("declaration").strip());
                if (declaration.matches()) {
                    fields.add(field(matcher, declaration));
                }
            }
        }
        return fields;
    }

    private Field field(Matcher line, Matcher declaration) {
        String type = declaration.group("type").strip();
        int size = Integer.parseInt(line.group("size"));
        boolean signed = "1".equals(line.group("signed"));
        int offset = Integer.parseInt(line.group("offset"));
        String name = declaration.group("name");
        if (type.startsWith("__data_loc")) {
            return new Field(name, new ArrayType(element(type, 1, signed), 0), offset, true);
        }
        if (declaration.group("length") != null) {
            return new Field(name, array(type, size, declaration.group("length"), signed), offset, false);
        }
        if (type.endsWith("*") && size == Long.BYTES) {
            return new Field(name, pointer(type), offset, false);
        }
        boolean number = size == Byte.BYTES || size == Short.BYTES || size == Integer.BYTES
                || size == Long.BYTES;
        return new Field(name, number ? element(type, size, signed) : new ArrayType(IntType.U8, size), offset,
                false);
    }

    /** The length in brackets may be a constant's name, so the element's size is guessed from its type first. */
    private static Type array(String type, int size, String length, boolean signed) {
        int count = length.matches("\\d{1,6}") ? Integer.parseInt(length) : 0;
        if (type.endsWith("char") || count == 0 || size % count != 0) {
            return new ArrayType(element(type.endsWith("char") ? type : "u8", 1, signed), size);
        }
        int each = size / count;
        boolean number = each == Byte.BYTES || each == Short.BYTES || each == Integer.BYTES
                || each == Long.BYTES;
        return number ? new ArrayType(element(type, each, signed), count) : new ArrayType(IntType.U8, size);
    }

    private static IntType element(String type, int size, boolean signed) {
        boolean plainChar = type.matches("(.*\\s)?char(\\[\\])?") && !type.contains("unsigned") && size == 1;
        boolean bool = type.equals("bool") && size == 1;
        return plainChar ? IntType.CHAR : bool ? IntType.BOOL : IntType.of(size, signed);
    }

    private Type pointer(String type) {
        boolean text = type.matches("(const )?char\\s*\\*|(const )?char\\s+__user\\s*\\*");
        AddressSpace space = category.equals("syscalls") ? AddressSpace.USER : AddressSpace.KERNEL;
        return new PointerType(text ? IntType.CHAR : VoidType.VOID, space);
    }
}
