package io.bpf4j.compiler.lower;

import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;

/**
 * How types live in registers. Numbers below 32 bits and {@code u32} are extended to 64 bits by their signedness; of
 * an {@code s32} only the lower half counts, so that 32-bit arithmetic never needs an extension after it.
 */
final class Types {
    private Types() {}

    static boolean isScalar(Type type) {
        return switch (type) {
            case IntType number -> true;
            case EnumType names -> true;
            case PointerType pointer -> true;
            case ArrayType array -> false;
            case StructType struct -> false;
            case VoidType nothing -> false;
        };
    }

    static boolean signed(Type type) {
        return switch (type) {
            case IntType number -> number.signed();
            case EnumType names -> names.underlying().signed();
            default -> false;
        };
    }

    /** Brings a number into the range of a whole-number width. */
    static long truncate(long value, int bytes, boolean signed) {
        return Arithmetic.extend(bytes * Byte.SIZE, signed, value);
    }

    /** Returns whether two values are compared, and computed with, in 64 bits. */
    static boolean wide(Type type) {
        return type.size() != Integer.BYTES;
    }

    /** Returns whether loads sign-extend; of an {@code s32} the upper half does not count. */
    static boolean loadsSigned(Type type) {
        return signed(type) && type.size() < Integer.BYTES;
    }

    /** Returns whether the upper 32 bits of a register with such a number are always zero. */
    static boolean upperZero(Type type) {
        return isScalar(type) && type.size() < Long.BYTES && !signed(type);
    }

    static boolean isText(Type type) {
        return type instanceof ArrayType array && array.isString();
    }

    /** Returns whether a value of the type can hold the address of own memory. */
    static boolean holdsOwnPointer(Type type) {
        return switch (type) {
            case PointerType pointer -> pointer.space() == AddressSpace.OWN;
            case ArrayType array -> holdsOwnPointer(array.element());
            case StructType struct ->
                struct.fields().stream().anyMatch(field -> holdsOwnPointer(field.type()));
            default -> false;
        };
    }
}
