package io.bpf4j.tools.common;

import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.nio.ByteBuffer;

/** Numbers and texts within bytes, read by their type; buffers are in the machine's (little) byte order. */
final class Values {

    private Values() {}

    /** Returns a number, enum constant or pointer, widened by its type's signedness. */
    static long number(ByteBuffer bytes, int offset, Type type) {
        return switch (type) {
            case IntType number -> number(bytes, offset, number);
            case EnumType constant -> number(bytes, offset, constant.underlying());
            case PointerType pointer -> bytes.getLong(offset);
            case ArrayType array -> throw notANumber(array);
            case StructType struct -> throw notANumber(struct);
            case VoidType nothing -> throw notANumber(nothing);
        };
    }

    private static long number(ByteBuffer bytes, int offset, IntType type) {
        return switch (type) {
            case U8, BOOL -> bytes.get(offset) & 0xffL;
            case S8, CHAR -> bytes.get(offset);
            case U16 -> bytes.getShort(offset) & 0xffffL;
            case S16 -> bytes.getShort(offset);
            case U32 -> bytes.getInt(offset) & 0xffff_ffffL;
            case S32 -> bytes.getInt(offset);
            case U64, S64 -> bytes.getLong(offset);
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
