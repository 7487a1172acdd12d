package io.bpf4j.vm.isa;

import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.CallKernelFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.LoadPacket;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Insn.Negate;
import io.bpf4j.vm.isa.Insn.Store;

/** Turns the fields of one slot into an instruction, or says which field is wrong. */
final class InsnDecoder {

    /** The only opcode that takes two slots. */
    static final int LOAD_IMMEDIATE_64 = Opcode.LD | Opcode.MODE_IMMEDIATE | 0x18;

    private static final AluOperation[] ALU = AluOperation.values();
    private static final Condition[] CONDITIONS = Condition.values();
    private static final AtomicOperation[] ATOMICS = AtomicOperation.values();

    private final int slot;
    private final RawSlot raw;

    InsnDecoder(int slot, RawSlot raw) {
        this.slot = slot;
        this.raw = raw;
    }

    /** Decodes every instruction that takes one slot. */
    Insn decode() {
        return switch (raw.opcode() & Opcode.CLASS_MASK) {
            case Opcode.LD -> packetLoad();
            case Opcode.LDX -> load();
            case Opcode.ST -> storeImmediate();
            case Opcode.STX -> storeRegister();
            case Opcode.ALU -> arithmetic(false);
            case Opcode.ALU64 -> arithmetic(true);
            case Opcode.JMP -> jump(true);
            case Opcode.JMP32 -> jump(false);
            default -> throw new AssertionError("three bits name eight classes");
        };
    }

    /** Decodes the two halves of a 64-bit immediate. */
    Insn loadImmediate64(RawSlot second) {
        if (second.opcode() != 0 || second.dst() != 0 || second.src() != 0 || second.offset() != 0) {
            throw new MalformedProgramException(slot + 1,
                    "only the immediate may be set in the second half of a 64-bit immediate");
        }
        Immediate64[] kinds = Immediate64.values();
        if (raw.src() >= kinds.length) {
            throw malformed("src", raw.src(), "expected a kind of 64-bit immediate, 0 to 6");
        }
        Immediate64 kind = kinds[raw.src()];
        if (!kind.usesHighHalf() && second.immediate() != 0) {
            throw new MalformedProgramException(slot + 1,
                    "imm = " + second.immediate() + ": expected 0 in the second half of a " + kind
                            + " immediate");
        }
        zeroOffset();
        return new LoadImmediate64(dst(), kind, raw.immediate(), second.immediate());
    }

    private Insn arithmetic(boolean wide) {
        return switch (operation()) {
            case Opcode.NEGATE -> negate(wide);
            case Opcode.END -> byteSwap(wide);
            default -> isSignExtendedMove()
                    ? signExtendedMove(wide)
                    : new Alu(aluOperation(), wide, dst(), operand());
        };
    }

    private boolean isSignExtendedMove() {
        return operation() == AluOperation.MOVE.bits() && hasSourceBit() && raw.offset() != 0;
    }

    private AluOperation aluOperation() {
        boolean known = false;
        for (AluOperation operation : ALU) {
            if (operation.bits() == operation()) {
                known = true;
                if (operation.offset() == raw.offset()) {
                    return operation;
                }
            }
        }
        throw known ? malformed("offset", raw.offset(), "not a variant of this operation") : unknownOpcode();
    }

    private Insn signExtendedMove(boolean wide) {
        int bits = raw.offset();
        if (bits != 8 && bits != 16 && (bits != 32 || !wide)) {
            throw malformed("offset", bits,
                    "expected the bits to extend: 0, 8, 16" + (wide ? " or 32" : ""));
        }
        zeroImmediate();
        return new MoveSignExtended(bits, wide, dst(), src());
    }

    private Insn negate(boolean wide) {
        noSourceBit();
        zeroSrc();
        zeroOffset();
        zeroImmediate();
        return new Negate(wide, dst());
    }

    private Insn byteSwap(boolean wide) {
        if (wide) {
            noSourceBit();
        }
        Order order = wide ? Order.REVERSED : hasSourceBit() ? Order.BIG_ENDIAN : Order.LITTLE_ENDIAN;
        zeroSrc();
        zeroOffset();
        int bits = raw.immediate();
        if (bits != 16 && bits != 32 && bits != 64) {
            throw malformed("imm", bits, "expected the bits to swap: 16, 32 or 64");
        }
        return new ByteSwap(order, bits, dst());
    }

    private Insn jump(boolean wide) {
        return switch (operation()) {
            case Opcode.JUMP -> unconditional(!wide);
            case Opcode.CALL -> call(wide);
            case Opcode.EXIT -> exit(wide);
            default -> {
                for (Condition condition : CONDITIONS) {
                    if (condition.bits() == operation()) {
                        yield new Branch(condition, wide, dst(), operand(), raw.offset());
                    }
                }
                throw unknownOpcode();
            }
        };
    }

    private Insn unconditional(boolean longDistance) {
        noSourceBit();
        zeroDst();
        zeroSrc();
        if (longDistance) {
            zeroOffset();
            return new Jump(raw.immediate(), true);
        }
        zeroImmediate();
        return new Jump(raw.offset(), false);
    }

    private Insn call(boolean wide) {
        only64(wide);
        noSourceBit();
        zeroDst();
        if (raw.src() != Opcode.CALL_KERNEL_FUNCTION) {
            zeroOffset();
        }
        return switch (raw.src()) {
            case Opcode.CALL_HELPER -> new CallHelper(raw.immediate());
            case Opcode.CALL_FUNCTION -> new CallFunction(raw.immediate());
            case Opcode.CALL_KERNEL_FUNCTION -> new CallKernelFunction(raw.immediate(), raw.offset());
            default -> throw malformed("src", raw.src(), "expected a kind of call, 0 to 2");
        };
    }

    private Insn exit(boolean wide) {
        only64(wide);
        noSourceBit();
        zeroDst();
        zeroSrc();
        zeroOffset();
        zeroImmediate();
        return new Exit();
    }

    private Insn load() {
        boolean signed = switch (mode()) {
            case Opcode.MODE_MEMORY -> false;
            case Opcode.MODE_MEMORY_SIGNED -> true;
            default -> throw unknownOpcode();
        };
        if (signed && width() == Width.DOUBLE) {
            throw unknownOpcode();
        }
        zeroImmediate();
        return new Load(width(), signed, dst(), src(), raw.offset());
    }

    private Insn storeImmediate() {
        if (mode() != Opcode.MODE_MEMORY) {
            throw unknownOpcode();
        }
        zeroSrc();
        return new Store(width(), dst(), raw.offset(), Operand.immediate(raw.immediate()));
    }

    private Insn storeRegister() {
        if (mode() == Opcode.MODE_ATOMIC && width().bytes() >= Width.WORD.bytes()) {
            return atomic();
        }
        if (mode() != Opcode.MODE_MEMORY) {
            throw unknownOpcode();
        }
        zeroImmediate();
        return new Store(width(), dst(), raw.offset(), src());
    }

    private Insn atomic() {
        boolean fetch = (raw.immediate() & AtomicOperation.FETCH) != 0;
        for (AtomicOperation operation : ATOMICS) {
            if (operation.bits() == (raw.immediate() & ~AtomicOperation.FETCH)
                    && (fetch || !operation.alwaysFetches())) {
                return new Atomic(operation, width(), fetch, dst(), raw.offset(), src());
            }
        }
        throw malformed("imm", raw.immediate(), "not an atomic operation");
    }

    private Insn packetLoad() {
        boolean indirect = switch (mode()) {
            case Opcode.MODE_ABSOLUTE -> false;
            case Opcode.MODE_INDIRECT -> true;
            default -> throw unknownOpcode();
        };
        if (width() == Width.DOUBLE) {
            throw unknownOpcode();
        }
        zeroDst();
        zeroOffset();
        if (!indirect) {
            zeroSrc();
        }
        return new LoadPacket(width(), indirect, src(), raw.immediate());
    }

    private int operation() {
        return raw.opcode() & Opcode.OPERATION_MASK;
    }

    private int mode() {
        return raw.opcode() & Opcode.MODE_MASK;
    }

    private Width width() {
        return Width.ofBits(raw.opcode());
    }

    private boolean hasSourceBit() {
        return (raw.opcode() & Opcode.SOURCE_REGISTER) != 0;
    }

    private Operand operand() {
        if (hasSourceBit()) {
            zeroImmediate();
            return src();
        }
        zeroSrc();
        return Operand.immediate(raw.immediate());
    }

    private Register dst() {
        return register("dst", raw.dst());
    }

    private Register src() {
        return register("src", raw.src());
    }

    private Register register(String field, int number) {
        if (number > Register.FRAME.number()) {
            throw malformed(field, number, "expected a register, 0 to 10");
        }
        return Register.of(number);
    }

    private void only64(boolean wide) {
        if (!wide) {
            throw unknownOpcode();
        }
    }

    private void noSourceBit() {
        if (hasSourceBit()) {
            throw unknownOpcode();
        }
    }

    private void zeroDst() {
        zero("dst", raw.dst());
    }

    private void zeroSrc() {
        zero("src", raw.src());
    }

    private void zeroOffset() {
        zero("offset", raw.offset());
    }

    private void zeroImmediate() {
        zero("imm", raw.immediate());
    }

    private void zero(String field, int value) {
        if (value != 0) {
            throw malformed(field, value, "expected 0 in a field that is not used");
        }
    }

    private MalformedProgramException unknownOpcode() {
        return new MalformedProgramException(slot, String.format("unknown opcode 0x%02x", raw.opcode()));
    }

    private MalformedProgramException malformed(String field, int value, String what) {
        return new MalformedProgramException(slot,
                String.format("opcode 0x%02x with %s = %d: %s", raw.opcode(), field, value, what));
    }
}
