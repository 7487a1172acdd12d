package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.vm.isa.AluOperation;
import java.util.Optional;

/** Operations with a constant on the right that have a cheaper form, or that the kernel refuses as they are. */
final class Simplifier {
    private Simplifier() {}

    static boolean isCommutative(AluOperation operation) {
        return switch (operation) {
            case ADD, MULTIPLY, AND, OR, XOR -> true;
            default -> false;
        };
    }

    static Optional<Operand> simplify(CodeBuilder code, AluOperation operation, boolean wide, Operand left,
            long given) {
        long right = wide ? given : given & 0xffff_ffffL;
        return switch (operation) {
            case ADD, SUBTRACT, OR, XOR -> identity(code, wide, left, right == 0);
            case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED -> shift(code, operation, wide, left, right);
            case MULTIPLY -> multiply(code, wide, left, right);
            case DIVIDE, SIGNED_DIVIDE -> divide(code, operation, wide, left, right);
            case MODULO, SIGNED_MODULO -> modulo(code, operation, wide, left, right);
            case AND -> right == 0 ? Optional.of(Operand.constant(0)) : Optional.empty();
            case MOVE -> Optional.empty();
        };
    }

    /** A 32-bit operation also clears the upper half, which then still has to happen. */
    private static Optional<Operand> identity(CodeBuilder code, boolean wide, Operand left, boolean applies) {
        if (!applies) {
            return Optional.empty();
        }
        return Optional.of(wide ? left : code.extend(Integer.BYTES, false, left));
    }

    /** The kernel refuses constant counts of the operand's width and more. */
    private static Optional<Operand> shift(CodeBuilder code, AluOperation operation, boolean wide,
            Operand left,
            long count) {
        int masked = (int) count & (wide ? Long.SIZE - 1 : Integer.SIZE - 1);
        if (masked == 0) {
            return identity(code, wide, left, true);
        }
        return masked == count
                ? Optional.empty()
                : Optional.of(code.binary(operation, wide, left, Operand.constant(masked)));
    }

    private static Optional<Operand> multiply(CodeBuilder code, boolean wide, Operand left, long factor) {
        if (factor == 0) {
            return Optional.of(Operand.constant(0));
        }
        if (factor == 1) {
            return identity(code, wide, left, true);
        }
        return Long.bitCount(factor) == 1
                ? Optional.of(code.binary(AluOperation.SHIFT_LEFT, wide, left, logarithm(factor)))
                : Optional.empty();
    }

    /** The kernel refuses a constant divisor of zero. */
    private static Optional<Operand> divide(CodeBuilder code, AluOperation operation, boolean wide,
            Operand left,
            long divisor) {
        if (divisor == 0) {
            return Optional.of(Operand.constant(0));
        }
        if (divisor == 1) {
            return identity(code, wide, left, true);
        }
        return operation == AluOperation.DIVIDE && Long.bitCount(divisor) == 1
                ? Optional.of(code.binary(AluOperation.SHIFT_RIGHT, wide, left, logarithm(divisor)))
                : Optional.empty();
    }

    private static Optional<Operand> modulo(CodeBuilder code, AluOperation operation, boolean wide,
            Operand left,
            long divisor) {
        if (divisor == 0) {
            return identity(code, wide, left, true);
        }
        if (divisor == 1) {
            return Optional.of(Operand.constant(0));
        }
        return operation == AluOperation.MODULO && Long.bitCount(divisor) == 1
                ? Optional.of(code.binary(AluOperation.AND, wide, left, Operand.constant(divisor - 1)))
                : Optional.empty();
    }

    private static Operand logarithm(long powerOfTwo) {
        return Operand.constant(Long.numberOfTrailingZeros(powerOfTwo));
    }
}
