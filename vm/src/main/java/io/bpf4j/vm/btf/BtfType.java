package io.bpf4j.vm.btf;

import java.util.List;

/** One type of BTF as it stands there: other types are named by id. Unnamed ones have an empty name. */
public sealed interface BtfType {

    /** The name, empty if there is none. */
    default String name() {
        return "";
    }

    /** Type 0. */
    record Void() implements BtfType {}

    /** A whole number; the encoding has bits for signed (1), char (2) and bool (4). */
    record Int(String name, int size, int encoding, int bitOffset, int bits) implements BtfType {
        /** Returns whether it is signed. */
        public boolean signed() {
            return (encoding & 1) != 0;
        }

        /** Returns whether it is a truth value. */
        public boolean bool() {
            return (encoding & 4) != 0;
        }
    }

    /** A pointer. */
    record Pointer(int target) implements BtfType {}

    /** An array. */
    record Array(int element, int index, int length) implements BtfType {}

    /** A struct or union. */
    record Struct(String name, boolean union, int size, List<Member> members) implements BtfType {}

    /** A field; {@code bitSize} is 0 but for bit fields. */
    record Member(String name, int type, int bitOffset, int bitSize) {}

    /** Named constants, of 32 or 64 bits. */
    record Enumeration(String name, int size, boolean signed, List<Constant> constants) implements BtfType {}

    /** A named constant. */
    record Constant(String name, long value) {}

    /** A struct, union or enum of which only the name is known. */
    record Forward(String name, boolean union) implements BtfType {}

    /** Another name of a type. */
    record Typedef(String name, int target) implements BtfType {}

    /** A type with {@code const}, {@code volatile} or {@code restrict}, or with a type tag, whose text is the name. */
    record Qualified(BtfKind kind, String name, int target) implements BtfType {}

    /** A function. */
    record Function(String name, int prototype, int linkage) implements BtfType {}

    /** What a function takes and gives; a last parameter of type 0 stands for any further ones. */
    record Prototype(int result, List<Parameter> parameters) implements BtfType {}

    /** A parameter. */
    record Parameter(String name, int type) {}

    /** A global variable. */
    record Variable(String name, int type, int linkage) implements BtfType {}

    /** The variables of a section. */
    record DataSection(String name, int size, List<Placement> variables) implements BtfType {}

    /** A variable's place in its section, in bytes. */
    record Placement(int variable, int offset, int size) {}

    /** A floating-point number. */
    record FloatingPoint(String name, int size) implements BtfType {}

    /** A note on a declaration, or on its parameter or field if {@code component} is not -1. */
    record DeclarationTag(String name, int type, int component) implements BtfType {}
}
