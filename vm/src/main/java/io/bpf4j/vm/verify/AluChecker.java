package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Insn.Negate;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.verify.Scalar.Shift;

/** Arithmetic on numbers and addresses (kernel/bpf/verifier.c, check_alu_op). */
final class AluChecker {

    private final Walk walk;
    private final PointerArithmetic pointers;

    AluChecker(Walk walk) {
        this.walk = walk;
        this.pointers = new PointerArithmetic(walk);
    }

    void alu(Alu alu) {
        if (alu.operation() == AluOperation.MOVE) {
            move(alu);
            return;
        }
        requireSensible(alu);
        Value right = operand(alu.src());
        Value left = walk.read(alu.dst());
        if (left instanceof Scalar one && right instanceof Scalar other) {
            divides(alu, other.range());
            walk.set(alu.dst(), compute(alu, one, other));
        } else {
            walk.set(alu.dst(), pointers.compute(alu, left, right));
        }
    }

    /** That a divisor is not zero is handed on, so that it must hold for all states that this one covers. */
    private void divides(Alu alu, ScalarRange divisor) {
        switch (alu.operation()) {
            case DIVIDE, MODULO, SIGNED_DIVIDE, SIGNED_MODULO -> {
                if (walk.facts().divideBy(walk.index(), divisor, alu.wide())
                        && alu.src() instanceof Register register) {
                    walk.markPrecise(register);
                }
            }
            default -> {
                // Divides nothing.
            }
        }
    }

    private Value operand(Operand operand) {
        return switch (operand) {
            case Register register -> walk.read(register);
            case Operand.Immediate immediate -> Scalar.constant(immediate.value());
        };
    }

    private static void requireSensible(Alu alu) {
        if (!(alu.src() instanceof Operand.Immediate(var constant))) {
            return;
        }
        switch (alu.operation()) {
            case DIVIDE, MODULO, SIGNED_DIVIDE, SIGNED_MODULO -> {
                if (constant == 0) {
                    throw Refusal.of(RejectionKind.ARITHMETIC, "divides by the constant 0", "");
                }
            }
            case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED -> {
                int width = alu.wide() ? Long.SIZE : Integer.SIZE;
                if (constant < 0 || constant >= width) {
                    throw Refusal.of(RejectionKind.ARITHMETIC,
                            "shifts " + width + " bits by the constant " + constant, "");
                }
            }
            default -> {
                // Any constant will do.
            }
        }
    }

    /** A copy to which a constant was added once stays linked to the others. */
    private static Scalar compute(Alu alu, Scalar left, Scalar right) {
        ScalarRange range = RangeArithmetic.apply(alu.operation(), alu.wide(), left.range(), right.range());
        boolean sum = alu.operation() == AluOperation.ADD || alu.operation() == AluOperation.SUBTRACT;
        if (!sum || left.id() == 0 || left.shift() != Shift.NONE || !right.range().isConstant()
                || alu.src().equals(alu.dst())) {
            return new Scalar(range);
        }
        long added = alu.wide() ? right.range().value() : (int) right.range().value();
        long delta = alu.operation() == AluOperation.ADD ? added : -added;
        boolean fits = alu.wide() || left.range().width() <= Integer.SIZE;
        return fits && delta == (int) delta
                ? new Scalar(range, left.id(), alu.wide() ? Shift.WIDE : Shift.HALF, (int) delta)
                : new Scalar(range);
    }

    private void move(Alu move) {
        if (!(move.src() instanceof Register source)) {
            long constant = ((Operand.Immediate) move.src()).value();
            walk.set(move.dst(), Scalar.constant(move.wide() ? constant : constant & 0xffff_ffffL));
            return;
        }
        Value value = walk.read(source);
        if (move.wide()) {
            walk.set(move.dst(), value instanceof Scalar scalar ? shared(source, scalar) : value);
            return;
        }
        walk.set(move.dst(), switch (value) {
            case Scalar scalar -> {
                boolean fits = scalar.range().width() <= Integer.SIZE;
                yield fits
                        ? shared(source, scalar)
                        : new Scalar(RangeArithmetic.truncate(scalar.range(), Integer.BYTES));
            }
            default -> leaked(source, value, false);
        });
    }

    /** Gives a number an id, so that what is learnt of the copy is learnt of the original. */
    private Scalar shared(Register source, Scalar scalar) {
        if (scalar.id() != 0 || scalar.range().isConstant()) {
            return scalar;
        }
        Scalar named = scalar.withId(walk.newId());
        walk.set(source, named);
        return named;
    }

    /** Part of an address is a number that says something about it. */
    private Value leaked(Register source, Value value, boolean wide) {
        if (!walk.policy().pointerLeaks()) {
            throw Refusal.of(RejectionKind.POINTER_LEAK, source.number(), "makes a number of " + value, "");
        }
        return new Scalar(RangeArithmetic.unknown(wide));
    }

    void moveSignExtended(MoveSignExtended move) {
        Value value = walk.read(move.src());
        if (!(value instanceof Scalar scalar)) {
            walk.set(move.dst(), leaked(move.src(), value, move.wide()));
            return;
        }
        boolean same = move.wide()
                && Long.compareUnsigned(scalar.range().unsignedMax(), 1L << move.bits() - 1) < 0;
        walk.set(move.dst(), same
                ? shared(move.src(), scalar)
                : new Scalar(RangeArithmetic.signExtend(scalar.range(), move.bits(), move.wide())));
    }

    void negate(Negate negate) {
        Value value = walk.read(negate.dst());
        walk.set(negate.dst(), value instanceof Scalar scalar
                ? new Scalar(RangeArithmetic.negate(negate.wide(), scalar.range()))
                : leaked(negate.dst(), value, negate.wide()));
    }

    void swap(ByteSwap swap) {
        Value value = walk.read(swap.dst());
        if (!(value instanceof Scalar scalar)) {
            walk.set(swap.dst(), leaked(swap.dst(), value, true));
            return;
        }
        int bytes = swap.bits() / Byte.SIZE;
        walk.set(swap.dst(), new Scalar(swap.order() == ByteSwap.Order.LITTLE_ENDIAN
                ? RangeArithmetic.truncate(scalar.range(), bytes)
                : RangeArithmetic.swapBytes(scalar.range(), bytes)));
    }
}
