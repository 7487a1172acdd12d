package io.bpf4j.tools.common;

import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.ValueReader;
import io.bpf4j.vm.type.VoidType;
import java.nio.ByteBuffer;

/** What can be printed as a number, and the lengths of texts: {@link ValueReader}'s numbers for any type. */
final class Values {

    private Values() {}

    /** Returns a number, enum constant or pointer, widened by its type's signedness. */
    static long number(ByteBuffer bytes, int offset, Type type) {
        return switch (type) {
            case IntType number -> ValueReader.readNumber(number, bytes, offset);
            case EnumType constant -> ValueReader.readNumber(constant.underlying(), bytes, offset);
            case PointerType pointer -> ValueReader.readNumber(IntType.U64, bytes, offset);
            case ArrayType array -> throw notANumber(array);
            case StructType struct -> throw notANumber(struct);
            case VoidType nothing -> throw notANumber(nothing);
        };
    }

    private static IllegalArgumentException notANumber(Type type) {
        return new IllegalArgumentException(type.spelling() + " is not a number");
    }

    /** Returns whether {@link #number} reads it. */
    static boolean isNumber(Type type) {
        return type instanceof IntType || type instanceof EnumType || type instanceof PointerType;
    }

    /** Returns whether numbers of this type are shown as signed. */
    static boolean isSigned(Type type) {
        return switch (type) {
            case IntType number -> number.signed();
            case EnumType constant -> constant.underlying().signed();
            case PointerType pointer -> false;
            case ArrayType array -> false;
            case StructType struct -> false;
            case VoidType nothing -> false;
        };
    }

    /** Returns the length in bytes of a text that ends at a zero or at {@code limit} bytes. */
    static int textLength(ByteBuffer bytes, int offset, int limit) {
        int length = 0;
        while (length < limit && bytes.get(offset + length) != 0) {
            length++;
        }
        return length;
    }
}
