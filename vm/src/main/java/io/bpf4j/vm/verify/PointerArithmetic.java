package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Register;

/** Arithmetic with addresses (kernel/bpf/verifier.c, adjust_ptr_min_max_vals). */
final class PointerArithmetic {

    /** What may be added to an address at most (include/linux/bpf_verifier.h, BPF_MAX_VAR_OFF). */
    private static final long MAX_OFFSET = 1 << 29;

    private final Walk walk;

    PointerArithmetic(Walk walk) {
        this.walk = walk;
    }

    /** Computes {@code left op right}, of which one at least is an address. */
    Value compute(Alu alu, Value left, Value right) {
        int register = alu.dst().number();
        if (left instanceof Pointer && right instanceof Pointer) {
            if (alu.operation() == AluOperation.SUBTRACT && walk.policy().pointerLeaks()) {
                return new Scalar(RangeArithmetic.unknown(alu.wide()));
            }
            throw refused(register, "computes one address from two", "");
        }
        boolean pointerIsLeft = left instanceof Pointer;
        if (alu.src() instanceof Register source) {
            walk.markPrecise(pointerIsLeft ? source : alu.dst());
        }
        Pointer pointer = (Pointer) (pointerIsLeft ? left : right);
        Scalar number = (Scalar) (pointerIsLeft ? right : left);
        if (!alu.wide()) {
            if (alu.operation() == AluOperation.SUBTRACT && walk.policy().pointerLeaks()) {
                return new Scalar(RangeArithmetic.unknown(false));
            }
            throw refused(register, "computes an address in 32 bits", "use the 64-bit operation");
        }
        int numberRegister = pointerIsLeft && alu.src() instanceof Register source
                ? source.number()
                : register;
        requireMovable(numberRegister, alu, pointer, number);
        Pointer moved = switch (alu.operation()) {
            case ADD -> add(register, pointer, number.range());
            case SUBTRACT -> subtract(register, pointer, number.range(), pointerIsLeft);
            default -> throw refused(register, "computes " + pointer + " " + alu.operation().spelling()
                    + " a number", "only += and -= keep an address an address");
        };
        requireSane(register, moved);
        return moved;
    }

    private static Refusal refused(int register, String message, String hint) {
        return Refusal.of(RejectionKind.POINTER_ARITHMETIC, register, message, hint);
    }

    private void requireMovable(int register, Alu alu, Pointer pointer, Scalar number) {
        if (pointer.nullable()) {
            throw Refusal.of(RejectionKind.MAYBE_NULL, register,
                    "computes with an address that may be null", "test it against 0 first");
        }
        switch (pointer.target()) {
            case PointerTarget.Context target -> requireBounded(register, number);
            case PointerTarget.Stack target -> requireBounded(register, number);
            case PointerTarget.MapValue target -> requireBounded(register, number);
            case PointerTarget.MapKey target -> requireBounded(register, number);
            case PointerTarget.RingRecord target -> requireBounded(register, number);
            case PointerTarget.Block target -> requireBounded(register, number);
            case PointerTarget.Packet target -> requireBounded(register, number);
            case PointerTarget.PacketMeta target -> requireBounded(register, number);
            case PointerTarget.Typed target -> requireBounded(register, number);
            default -> {
                boolean nothing = alu.operation() == AluOperation.ADD && number.isZero();
                if (!nothing) {
                    throw refused(register, "computes with " + pointer, "nothing may be added to it");
                }
            }
        }
    }

    /** What is added must have bounds, or else the sum could be any address. */
    private static void requireBounded(int register, Scalar number) {
        ScalarRange range = number.range();
        if (range.isConstant() && (range.value() >= MAX_OFFSET || range.value() <= -MAX_OFFSET)) {
            throw refused(register, "adds " + range.value() + " to an address, which is too much", "");
        }
        if (range.signedMin() == Long.MIN_VALUE) {
            throw refused(register, "adds a number without lower bound to an address",
                    "mask it, or test that it is not negative");
        }
        if (range.signedMin() >= MAX_OFFSET || range.signedMin() <= -MAX_OFFSET) {
            throw refused(register, "adds a number that is " + range + " to an address, which is too much",
                    "");
        }
    }

    private static void requireSane(int register, Pointer pointer) {
        if (pointer.offset() >= MAX_OFFSET || pointer.offset() <= -MAX_OFFSET) {
            throw refused(register, "moves an address too far from " + pointer.target().words(), "");
        }
        requireBounded(register, new Scalar(pointer.variable()));
    }

    private Pointer add(int register, Pointer pointer, ScalarRange number) {
        if (number.isConstant()) {
            long offset = pointer.offset() + number.value();
            return pointer.at(checked(register, pointer, offset));
        }
        ScalarRange sum = RangeArithmetic.apply(AluOperation.ADD, true, pointer.variable(), number);
        return pointer.with(pointer.offset(), sum, pointer.isPacket() ? walk.newId() : pointer.id());
    }

    private Pointer subtract(int register, Pointer pointer, ScalarRange number, boolean pointerIsLeft) {
        if (!pointerIsLeft) {
            throw refused(register, "subtracts an address from a number", "");
        }
        if (pointer.isStack()) {
            throw refused(register, "subtracts from an address of the stack",
                    "add a negative constant instead");
        }
        if (number.isConstant()) {
            return pointer.at(checked(register, pointer, pointer.offset() - number.value()));
        }
        ScalarRange difference = RangeArithmetic.apply(AluOperation.SUBTRACT, true, pointer.variable(),
                number);
        return pointer.with(pointer.offset(), difference, pointer.isPacket() ? walk.newId() : pointer.id());
    }

    private static int checked(int register, Pointer pointer, long offset) {
        if (offset != (int) offset) {
            throw refused(register, "moves an address too far from " + pointer.target().words(), "");
        }
        return (int) offset;
    }
}
