package io.bpf4j.compiler.opt;

import static io.bpf4j.compiler.ir.Operand.constant;

import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Instruction.Binary;
import io.bpf4j.compiler.ir.Instruction.ByteSwap;
import io.bpf4j.compiler.ir.Instruction.Compare;
import io.bpf4j.compiler.ir.Instruction.Copy;
import io.bpf4j.compiler.ir.Instruction.Extend;
import io.bpf4j.compiler.ir.Instruction.Negate;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operand.Constant;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Arithmetic;

/**
 * Computes what is known, leaves out what changes nothing, and takes shifts and masks for unsigned multiplication,
 * division and modulo by powers of two.
 */
public final class FoldConstants {

    private static final long LOW_HALF = 0xffff_ffffL;

    private FoldConstants() {}

    /** Runs the pass. */
    public static IrFunction run(IrFunction function) {
        return Flow.mapInstructions(function, (block, instruction) -> fold(instruction));
    }

    private static Instruction fold(Instruction instruction) {
        return switch (instruction) {
            case Binary(var result, var operation, var wide, Constant(long left), Constant(long right), var at) ->
                new Copy(result, constant(Arithmetic.apply(operation, wide, left, right)), at);
            case Binary binary -> simplify(ordered(binary));
            case Negate(var result, var wide, Constant(long value), var at) ->
                new Copy(result, constant(Arithmetic.negate(wide, value)), at);
            case Extend(var result, var bits, var signed, Constant(long value), var at) ->
                new Copy(result, constant(Arithmetic.extend(bits, signed, value)), at);
            case ByteSwap(var result, var order, var bits, Constant(long value), var at) ->
                new Copy(result, constant(Arithmetic.swap(order, bits, value)), at);
            case Compare(var result, var condition, var wide, Constant(long left), Constant(long right), var at) ->
                new Copy(result, constant(Arithmetic.holds(condition, wide, left, right) ? 1 : 0), at);
            case Compare(var result, var condition, var wide, Constant left, var right, var at) ->
                new Compare(result, condition.swapped(), wide, right, left, at);
            default -> instruction;
        };
    }

    /** Brings a constant to the right where the order does not matter. */
    private static Binary ordered(Binary binary) {
        boolean commutes = switch (binary.operation()) {
            case ADD, MULTIPLY, AND, OR, XOR -> true;
            default -> false;
        };
        return commutes && binary.left() instanceof Constant
                ? new Binary(binary.result(), binary.operation(), binary.wide(), binary.right(),
                        binary.left(),
                        binary.at())
                : binary;
    }

    private static Instruction simplify(Binary binary) {
        if (binary.right() instanceof Constant(long value)) {
            return withConstant(binary, binary.wide() ? value : value & LOW_HALF);
        }
        if (binary.left().equals(binary.right())) {
            return switch (binary.operation()) {
                case SUBTRACT, XOR -> new Copy(binary.result(), constant(0), binary.at());
                case AND, OR -> unchanged(binary);
                default -> binary;
            };
        }
        return binary;
    }

    /** Simplifies an operation with a constant on the right, whose upper half is zero in 32 bits. */
    private static Instruction withConstant(Binary binary, long value) {
        return switch (binary.operation()) {
            case ADD, SUBTRACT, OR, XOR -> value == 0 ? unchanged(binary) : binary;
            case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED ->
                (value & (binary.wide() ? 63 : 31)) == 0 ? unchanged(binary) : binary;
            case AND -> and(binary, value);
            case MULTIPLY -> value == 0
                    ? zero(binary)
                    : powerOfTwo(value) ? shift(binary, AluOperation.SHIFT_LEFT, value) : binary;
            case DIVIDE -> value == 0
                    ? zero(binary)
                    : powerOfTwo(value) ? shift(binary, AluOperation.SHIFT_RIGHT, value) : binary;
            case MODULO -> value == 0
                    ? unchanged(binary)
                    : powerOfTwo(value) ? and(binary, value - 1) : binary;
            case SIGNED_DIVIDE -> value == 0 ? zero(binary) : value == 1 ? unchanged(binary) : binary;
            case SIGNED_MODULO -> value == 0 ? unchanged(binary) : value == 1 ? zero(binary) : binary;
            case MOVE -> binary;
        };
    }

    private static Instruction and(Binary binary, long mask) {
        if (mask == 0) {
            return zero(binary);
        }
        return mask == (binary.wide() ? -1 : LOW_HALF)
                ? unchanged(binary)
                : replaced(binary, AluOperation.AND, constant(mask));
    }

    private static boolean powerOfTwo(long value) {
        return Long.bitCount(value) == 1;
    }

    private static Instruction shift(Binary binary, AluOperation operation, long value) {
        return value == 1
                ? unchanged(binary)
                : replaced(binary, operation, constant(Long.numberOfTrailingZeros(value)));
    }

    private static Binary replaced(Binary binary, AluOperation operation, Operand right) {
        return new Binary(binary.result(), operation, binary.wide(), binary.left(), right, binary.at());
    }

    private static Instruction zero(Binary binary) {
        return new Copy(binary.result(), constant(0), binary.at());
    }

    private static Instruction unchanged(Binary binary) {
        return binary.wide()
                ? new Copy(binary.result(), binary.left(), binary.at())
                : new Extend(binary.result(), Integer.SIZE, false, binary.left(), binary.at());
    }
}
