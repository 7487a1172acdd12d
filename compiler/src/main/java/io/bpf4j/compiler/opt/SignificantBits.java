package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Instruction.Binary;
import io.bpf4j.compiler.ir.Instruction.Extend;
import io.bpf4j.compiler.ir.Instruction.Load;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operand.Constant;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Value;
import java.util.HashMap;
import java.util.Map;

/** How many low bits of each value can matter, over all its assignments, whatever the way taken. */
final class SignificantBits {

    /**
     * A bound on a number.
     *
     * @param unsigned the bits above this many are zero
     * @param signed the bits from this many minus one up are equal
     */
    record Bits(int unsigned, int signed) {
        static final Bits ANY = new Bits(64, 64);
        static final Bits NONE = new Bits(0, 1);

        static Bits unsigned(int bits) {
            int limit = Math.clamp(bits, 0, 64);
            return new Bits(limit, Math.min(64, limit + 1));
        }

        static Bits signed(int bits) {
            return new Bits(64, Math.clamp(bits, 1, 64));
        }

        static Bits of(long number) {
            long magnitude = number < 0 ? ~number : number;
            return new Bits(64 - Long.numberOfLeadingZeros(number),
                    65 - Long.numberOfLeadingZeros(magnitude));
        }

        Bits union(Bits other) {
            return new Bits(Math.max(unsigned, other.unsigned), Math.max(signed, other.signed));
        }

        Bits intersection(Bits other) {
            return new Bits(Math.min(unsigned, other.unsigned), Math.min(signed, other.signed));
        }
    }

    private final Map<Value, Bits> bits = new HashMap<>();

    SignificantBits(IrFunction function) {
        function.parameters().forEach(parameter -> bits.put(parameter, Bits.ANY));
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Block block : function.blocks()) {
                for (Instruction instruction : block.instructions()) {
                    changed |= Operands.result(instruction).filter(result -> widen(result, of(instruction)))
                            .isPresent();
                }
            }
        }
    }

    private boolean widen(Value value, Bits found) {
        Bits before = bits.getOrDefault(value, Bits.NONE);
        Bits after = before.union(found);
        bits.put(value, after);
        return !after.equals(before);
    }

    /** Returns the bound on an operand. */
    Bits of(Operand operand) {
        return switch (operand) {
            case Constant(long number) -> Bits.of(number);
            case Value value -> bits.getOrDefault(value, Bits.NONE);
        };
    }

    private Bits of(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Copy copy -> of(copy.source());
            case Binary binary when binary.wide() -> wide(binary);
            case Binary binary -> narrow(binary);
            case Instruction.Negate negate -> negate.wide() ? Bits.ANY : Bits.unsigned(32);
            case Extend extend -> extended(extend);
            case Instruction.ByteSwap swap -> Bits.unsigned(swap.bits());
            case Instruction.Compare compare -> Bits.unsigned(1);
            case Load load -> load.signed()
                    ? Bits.signed(load.width().bytes() * Byte.SIZE)
                    : Bits.unsigned(load.width().bytes() * Byte.SIZE);
            default -> Bits.ANY;
        };
    }

    private Bits extended(Extend extend) {
        Bits operand = of(extend.operand());
        if (!extend.signed()) {
            return operand.unsigned() <= extend.bits() ? operand : Bits.unsigned(extend.bits());
        }
        return operand.signed() <= extend.bits() ? operand : Bits.signed(extend.bits());
    }

    private Bits narrow(Binary binary) {
        Bits left = low(of(binary.left()));
        Bits right = low(of(binary.right()));
        int limit = switch (binary.operation()) {
            case AND -> Math.min(left.unsigned(), right.unsigned());
            case OR, XOR -> Math.max(left.unsigned(), right.unsigned());
            case DIVIDE, MODULO -> left.unsigned();
            case SHIFT_RIGHT -> left.unsigned() - count(binary, 31);
            default -> 32;
        };
        return Bits.unsigned(Math.min(32, limit));
    }

    private static Bits low(Bits bits) {
        return bits.intersection(Bits.unsigned(32));
    }

    private Bits wide(Binary binary) {
        Bits left = of(binary.left());
        Bits right = of(binary.right());
        return switch (binary.operation()) {
            case AND -> Bits.unsigned(Math.min(left.unsigned(), right.unsigned()))
                    .intersection(new Bits(64, Math.max(left.signed(), right.signed())));
            case OR, XOR -> left.union(right);
            case ADD -> new Bits(Math.min(64, Math.max(left.unsigned(), right.unsigned()) + 1),
                    Math.min(64, Math.max(left.signed(), right.signed()) + 1));
            case SUBTRACT -> Bits.signed(Math.max(left.signed(), right.signed()) + 1);
            case MULTIPLY -> Bits.unsigned(left.unsigned() + right.unsigned());
            case DIVIDE, MODULO -> Bits.unsigned(left.unsigned());
            case SHIFT_RIGHT -> Bits.unsigned(left.unsigned() - count(binary, 63));
            case SHIFT_LEFT -> binary.right() instanceof Constant
                    ? Bits.unsigned(left.unsigned() + count(binary, 63))
                    : Bits.ANY;
            case SHIFT_RIGHT_SIGNED -> new Bits(left.unsigned() < 64 ? left.unsigned() : 64,
                    Math.max(1, left.signed() - count(binary, 63)));
            case SIGNED_DIVIDE, SIGNED_MODULO, MOVE -> Bits.ANY;
        };
    }

    /** Returns the count of a shift by a constant, 0 if it is not known. */
    private static int count(Binary binary, int mask) {
        return binary.right() instanceof Constant(long value) ? (int) value & mask : 0;
    }
}
