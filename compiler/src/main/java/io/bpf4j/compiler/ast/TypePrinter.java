package io.bpf4j.compiler.ast;

import io.bpf4j.vm.type.AddressSpace;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes types and what C calls declarators, the name in the middle of its type. */
final class TypePrinter {

    private TypePrinter() {}

    static String type(TypeTree type) {
        return declared(type, "");
    }

    static String declared(TypeTree type, String name) {
        String declarator = declarator(type, name);
        String base = plain(base(type));
        return declarator.isEmpty() || declarator.startsWith("[")
                ? base + declarator
                : base + " " + declarator;
    }

    /** Returns the type without pointers and arrays. */
    static TypeTree base(TypeTree type) {
        return switch (type) {
            case TypeTree.Pointer pointer -> base(pointer.target());
            case TypeTree.Array array -> base(array.element());
            default -> type;
        };
    }

    /** Returns the stars, the name and the brackets. */
    static String declarator(TypeTree type, String name) {
        return switch (type) {
            case TypeTree.Pointer pointer -> declarator(pointer.target(), space(pointer) + "*" + name);
            case TypeTree.Array array -> declarator(array.element(),
                    name + "[" + array.length().map(ExpressionPrinter::print).orElse("") + "]");
            default -> name;
        };
    }

    private static String space(TypeTree.Pointer pointer) {
        return pointer.space().map(space -> space == AddressSpace.KERNEL ? "__kernel " : "__user ")
                .orElse("");
    }

    private static String plain(TypeTree type) {
        return switch (type) {
            case TypeTree.Named named -> named.name();
            case TypeTree.Tagged tagged -> tagged.keyword().name().toLowerCase(Locale.ROOT)
                    + tagged.tag().map(tag -> " " + tag.text()).orElse("")
                    + tagged.body().map(TypePrinter::body).orElse("");
            default -> throw new IllegalStateException("not a base type: " + type);
        };
    }

    private static String body(TypeTree.Body body) {
        return switch (body) {
            case TypeTree.Body.Members members -> members.members().stream()
                    .map(TypePrinter::member).collect(Collectors.joining(" ", " { ", " }"));
            case TypeTree.Body.Constants constants ->
                constants.underlying().map(type -> " : " + type(type)).orElse("")
                        + constants.constants().stream().map(TypePrinter::constant)
                                .collect(Collectors.joining(", ", " { ", " }"));
        };
    }

    private static String member(TypeTree.Member member) {
        return declared(member.type(), member.name().map(DeclarationTree.Name::text).orElse(""))
                + (member.bitField() ? " : 1;" : ";");
    }

    private static String constant(TypeTree.Constant constant) {
        return constant.name().text()
                + constant.value().map(value -> " = " + ExpressionPrinter.print(value)).orElse("");
    }
}
