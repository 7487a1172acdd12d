package io.bpf4j.compiler.check;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Constant;
import io.bpf4j.compiler.typed.Expression.Operator;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;

/** Computes with constants exactly as the instruction set would. */
final class Folder {

    private static final int BITS = 64;

    private Folder() {}

    /** Returns the value that is left when a number is stored in a type. */
    static long normalised(long value, Type type) {
        if (type == IntType.BOOL) {
            return value == 0 ? 0 : 1;
        }
        int unused = BITS - type.size() * Byte.SIZE;
        boolean signed = type instanceof IntType number && number.signed()
                || type instanceof EnumType named && named.underlying().signed();
        return signed ? value << unused >> unused : value << unused >>> unused;
    }

    static Expression arithmetic(Operator operator, Expression left, Expression right, IntType type,
            Span at) {
        if (left instanceof Constant a && right instanceof Constant b) {
            return new Constant(normalised(computed(operator, a.value(), b.value(), type), type), type, at);
        }
        return new Expression.Arithmetic(operator, left, right, type, at);
    }

    private static long computed(Operator operator, long a, long b, IntType type) {
        int mask = type.size() * Byte.SIZE - 1;
        return switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> b == 0 ? 0 : type.signed() ? a / b : Long.divideUnsigned(a, b);
            case MODULO -> b == 0 ? a : type.signed() ? a % b : Long.remainderUnsigned(a, b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case SHIFT_LEFT -> a << (b & mask);
            case SHIFT_RIGHT -> type.signed() ? a >> (b & mask) : a >>> (b & mask);
        };
    }

    static Expression compare(Condition condition, Expression left, Expression right, Span at) {
        if (left instanceof Constant a && right instanceof Constant b) {
            return new Constant(holds(condition, a.value(), b.value()) ? 1 : 0, IntType.BOOL, at);
        }
        return new Expression.Compare(condition, left, right, at);
    }

    private static boolean holds(Condition condition, long a, long b) {
        return switch (condition) {
            case EQUAL -> a == b;
            case NOT_EQUAL -> a != b;
            case ANY_BIT -> (a & b) != 0;
            case GREATER -> Long.compareUnsigned(a, b) > 0;
            case GREATER_OR_EQUAL -> Long.compareUnsigned(a, b) >= 0;
            case LESS -> Long.compareUnsigned(a, b) < 0;
            case LESS_OR_EQUAL -> Long.compareUnsigned(a, b) <= 0;
            case SIGNED_GREATER -> a > b;
            case SIGNED_GREATER_OR_EQUAL -> a >= b;
            case SIGNED_LESS -> a < b;
            case SIGNED_LESS_OR_EQUAL -> a <= b;
        };
    }

    static Expression negate(Expression operand, IntType type, Span at) {
        return operand instanceof Constant a
                ? new Constant(normalised(-a.value(), type), type, at)
                : new Expression.Negate(operand, type, at);
    }

    static Expression complement(Expression operand, IntType type, Span at) {
        return operand instanceof Constant a
                ? new Constant(normalised(~a.value(), type), type, at)
                : new Expression.Complement(operand, type, at);
    }

    static Expression not(Expression operand, Span at) {
        return operand instanceof Constant a
                ? new Constant(a.value() == 0 ? 1 : 0, IntType.BOOL, at)
                : new Expression.Not(operand, at);
    }

    static Expression convert(Expression operand, Type type, Span at) {
        if (operand.type().equals(type)) {
            return operand;
        }
        return operand instanceof Constant a
                ? new Constant(normalised(a.value(), type), type, at)
                : new Expression.Convert(operand, type, at);
    }
}
