package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;

/** Makes a scalar of one type one of another type, with an extension only where the register's bits must change. */
final class Conversions {
    private final CodeBuilder code;

    Conversions(CodeBuilder code) {
        this.code = code;
    }

    Operand convert(Operand operand, Type from, Type to) {
        if (to == IntType.BOOL) {
            return from == IntType.BOOL
                    ? operand
                    : code.compare(Condition.NOT_EQUAL, Types.wide(from), operand, Operand.constant(0));
        }
        int size = to.size();
        boolean signed = Types.signed(to);
        if (operand instanceof Operand.Constant constant) {
            long value = Types.truncate(constant.value(), from.size(), Types.signed(from));
            return Operand.constant(Types.truncate(value, size, signed));
        }
        return switch (size) {
            case Long.BYTES -> from.size() == Integer.BYTES && Types.signed(from)
                    ? code.extend(Integer.BYTES, true, operand)
                    : operand;
            case Integer.BYTES -> signed || contains(to, from)
                    ? operand
                    : code.extend(Integer.BYTES, false, operand);
            default -> contains(to, from) ? operand : code.extend(size, signed, operand);
        };
    }

    /** Returns whether every number of the inner type is one of the outer type. */
    private static boolean contains(Type outer, Type inner) {
        if (whole(outer) == whole(inner)) {
            return true;
        }
        boolean fits = inner.size() < outer.size() && (Types.signed(outer) || !Types.signed(inner));
        return fits || inner.size() == outer.size() && Types.signed(inner) == Types.signed(outer);
    }

    private static Type whole(Type type) {
        return type instanceof EnumType names ? names.underlying() : type;
    }
}
