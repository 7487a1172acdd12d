package io.bpf4j.compiler.typed;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.List;
import java.util.Optional;

/**
 * A computation with a type. Conversions that the language makes by itself are explicit here: both sides of an
 * operation have one type already, an assigned value has the place's type.
 *
 * <p>Values of struct, union and array type ("aggregates") occur only as {@link Read}, {@link Text},
 * {@link Aggregate}, {@link UserRead}, {@link Builtin} (comm) and {@link Conditional} of these.
 */
public sealed interface Expression {

    /** Returns the type of the value. */
    Type type();

    /** Returns the place in the source. */
    Span at();

    /** A number known at compile time, already within the range of its type; also null pointers and enum constants. */
    record Constant(long value, Type type, Span at) implements Expression {}

    /** Text of one char a byte (ISO 8859-1 of the bytes that are meant), with zeros up to the array's length. */
    record Text(String value, ArrayType type, Span at) implements Expression {}

    /** What is at a place. */
    record Read(Place place, Span at) implements Expression {
        @Override
        public Type type() {
            return place.type();
        }
    }

    /** The address of a place in the program's own memory; also what an array becomes where a pointer is asked for. */
    record AddressOf(Place place, PointerType type, Span at) implements Expression {}

    /** {@code -a} in 32 or 64 bits. */
    record Negate(Expression operand, Type type, Span at) implements Expression {}

    /** {@code ~a} in 32 or 64 bits. */
    record Complement(Expression operand, Type type, Span at) implements Expression {}

    /** {@code !a}: 1 where the operand is zero. */
    record Not(Expression operand, Span at) implements Expression {
        @Override
        public Type type() {
            return IntType.BOOL;
        }
    }

    /** {@code a op b} on one type of 32 or 64 bits; of shifts the right side is u32 and masked to the width. */
    record Arithmetic(Operator operator, Expression left, Expression right, Type type, Span at)
            implements
                Expression {}

    /** The operators of {@link Arithmetic}; signedness follows from the type. */
    enum Operator {
        ADD,
        SUBTRACT,
        MULTIPLY,
        DIVIDE,
        MODULO,
        AND,
        OR,
        XOR,
        SHIFT_LEFT,
        SHIFT_RIGHT
    }

    /** {@code pointer + count * scale}; the count is s64. */
    record PointerOffset(Expression pointer, Expression count, int scale, PointerType type, Span at)
            implements
                Expression {}

    /** The number of elements between two pointers of one type; the type is s64. */
    record PointerDifference(Expression left, Expression right, int scale, Span at) implements Expression {
        @Override
        public Type type() {
            return IntType.S64;
        }
    }

    /** {@code a < b} and its kin on one scalar type of any width; signed conditions where the type is signed. */
    record Compare(Condition condition, Expression left, Expression right, Span at) implements Expression {
        @Override
        public Type type() {
            return IntType.BOOL;
        }
    }

    /**
     * Whether the value of an array of char equals constant text up to the NUL.
     *
     * @param constant one char a byte, as in {@link Text}
     */
    record TextEquals(Expression text, String constant, Span at) implements Expression {
        @Override
        public Type type() {
            return IntType.BOOL;
        }
    }

    /** {@code a && b} or {@code a || b}; the right side runs only if needed. */
    record Logical(boolean and, Expression left, Expression right, Span at) implements Expression {
        @Override
        public Type type() {
            return IntType.BOOL;
        }
    }

    /** {@code condition ? a : b}. */
    record Conditional(Expression condition, Expression whenTrue, Expression whenFalse, Type type, Span at)
            implements
                Expression {}

    /** A scalar made another scalar type: truncated, extended by the operand's signedness, or tested for bool. */
    record Convert(Expression operand, Type type, Span at) implements Expression {}

    /** {@code place = value}; the result is the value. */
    record Assign(Place place, Expression value, Span at) implements Expression {
        @Override
        public Type type() {
            return place.type();
        }
    }

    /**
     * {@code place op= value}, {@code ++} and {@code --}: computed in {@code computeType} (the value has it already;
     * for pointers s64 with the value scaled), then converted to the place's type.
     *
     * @param yieldsOld whether the result is the value before, as in {@code i++}
     */
    record Compound(Operator operator, Place place, Expression value, Type computeType, boolean yieldsOld,
            Span at)
            implements
                Expression {
        @Override
        public Type type() {
            return place.type();
        }
    }

    /** A call of a function of the source. */
    record Call(FunctionSymbol function, List<Expression> arguments, Span at) implements Expression {
        @Override
        public Type type() {
            return function.result();
        }
    }

    /** A call of a function of the language; {@code map} is set for stack and ustack. */
    record Builtin(BuiltinFunction function, List<Expression> arguments, Optional<MapVariable> map, Type type,
            Span at) implements Expression {}

    /** A call of a map's method. */
    record MapCall(MapVariable map, MapMethod method, List<Expression> arguments, Type type, Span at)
            implements
                Expression {}

    /** A checked copy of a value from an address of the process or the kernel; zero bytes if it cannot be read. */
    record UserRead(Expression address, AddressSpace space, Type type, Span at) implements Expression {}

    /** {@code printf}, {@code print}, {@code clear}, {@code exit}: arguments as the site's record has them. */
    record Output(OutputSite site, List<Expression> arguments, Span at) implements Expression {
        @Override
        public Type type() {
            return VoidType.VOID;
        }
    }

    /** {@code { .a = 1, ... }}: values at byte offsets, zero bytes elsewhere. */
    record Aggregate(List<Part> parts, Type type, Span at) implements Expression {
        /** A value at a byte offset. */
        public record Part(int offset, Expression value) {}
    }
}
