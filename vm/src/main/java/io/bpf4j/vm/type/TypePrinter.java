package io.bpf4j.vm.type;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Types as declarations in C, with the offset of every field as a comment; for people and for C compilers. */
public final class TypePrinter {
    private static final String INDENT = "    ";

    private final StringBuilder out = new StringBuilder();
    private final Set<Type> printed = new HashSet<>();

    private TypePrinter() {}

    /** Declares a struct, union or enum, without the types that it is made of. */
    public static String declaration(Type type) {
        TypePrinter printer = new TypePrinter();
        printer.print(type);
        return printer.out.toString();
    }

    /** Declares types and, before each, the structs, unions and enums that it contains; pointers need none. */
    public static String declarations(Collection<? extends Type> types) {
        TypePrinter printer = new TypePrinter();
        types.forEach(printer::printWithParts);
        return printer.out.toString();
    }

    /** Returns the declaration of something of a type, such as {@code char comm[16]}. */
    public static String declare(Type type, String name) {
        return switch (type) {
            case ArrayType array -> declare(array.element(), name + "[" + array.length() + "]");
            case PointerType pointer -> declare(pointer.target(),
                    pointer.target() instanceof ArrayType ? "(*" + name + ")" : "*" + name);
            case IntType number -> number.spelling() + " " + name;
            case EnumType constants -> constants.spelling() + " " + name;
            case StructType struct -> struct.spelling() + " " + name;
            case VoidType nothing -> nothing.spelling() + " " + name;
        };
    }

    private void printWithParts(Type type) {
        switch (type) {
            case ArrayType array -> printWithParts(array.element());
            case StructType struct when printed.add(struct) -> {
                if (struct.isComplete()) {
                    struct.fields().forEach(field -> printWithParts(field.type()));
                }
                print(struct);
            }
            case EnumType constants when printed.add(constants) -> print(constants);
            default -> {
                // Numbers, pointers and what was printed before need no declaration.
            }
        }
    }

    private void print(Type type) {
        switch (type) {
            case StructType struct -> printStruct(struct);
            case EnumType constants -> printEnum(constants);
            default -> throw new IllegalArgumentException(type.spelling() + " has no declaration of its own");
        }
    }

    private void printStruct(StructType struct) {
        out.append(struct.spelling());
        if (!struct.isComplete()) {
            out.append(";\n");
            return;
        }
        out.append(" {\n");
        List<String> lines = struct.fields().stream()
                .map(field -> INDENT + declare(field.type(), field.name()) + ";").toList();
        int width = lines.stream().mapToInt(String::length).max().orElse(0);
        for (int i = 0; i < lines.size(); i++) {
            out.append(lines.get(i)).append(" ".repeat(width - lines.get(i).length()));
            out.append("  // ").append(struct.fields().get(i).offset()).append('\n');
        }
        out.append("};").append(" ".repeat(Math.max(width - 2, 0))).append("  // ").append(struct.size())
                .append(" bytes\n");
    }

    private void printEnum(EnumType type) {
        out.append(type.spelling()).append(" {\n");
        for (EnumType.Constant constant : type.constants()) {
            out.append(INDENT).append(constant.name()).append(" = ")
                    .append(type.underlying() == IntType.U64
                            ? Long.toUnsignedString(constant.value()) + "ULL"
                            : Long.toString(constant.value()))
                    .append(",\n");
        }
        out.append("};  // ").append(type.size()).append(" bytes\n");
    }
}
