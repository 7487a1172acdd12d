package io.bpf4j.vm.text;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.ByteSwap;
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
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import java.util.ArrayList;
import java.util.List;

/** Every form of instruction, each with the corner values of its fields. */
final class InsnForms {

    private static final Register DST = Register.R3;
    private static final Register SRC = Register.R7;
    private static final boolean[] BOTH = {false, true};
    private static final int[] INTEGERS = {0, 1, -1, 1234, Integer.MIN_VALUE, Integer.MAX_VALUE};
    private static final short[] OFFSETS = {0, 1, -1, Short.MIN_VALUE, Short.MAX_VALUE};

    private final List<Insn> forms = new ArrayList<>();

    private InsnForms() {}

    static List<Insn> all() {
        InsnForms all = new InsnForms();
        all.arithmetic();
        all.memory();
        all.atomics();
        all.jumps();
        all.calls();
        return all.forms;
    }

    private static List<Operand> operands() {
        List<Operand> operands = new ArrayList<>(List.of(SRC, Register.FRAME));
        for (int value : INTEGERS) {
            operands.add(Operand.immediate(value));
        }
        return operands;
    }

    private void arithmetic() {
        for (boolean wide : BOTH) {
            for (Operand operand : operands()) {
                for (AluOperation operation : AluOperation.values()) {
                    forms.add(new Alu(operation, wide, DST, operand));
                }
            }
            forms.add(new Negate(wide, DST));
            forms.add(new MoveSignExtended(8, wide, DST, SRC));
            forms.add(new MoveSignExtended(16, wide, DST, SRC));
        }
        forms.add(new MoveSignExtended(32, true, DST, SRC));
        for (ByteSwap.Order order : ByteSwap.Order.values()) {
            for (int bits = 16; bits <= 64; bits *= 2) {
                forms.add(new ByteSwap(order, bits, DST));
            }
        }
        for (Immediate64 kind : Immediate64.values()) {
            for (int value : INTEGERS) {
                forms.add(new LoadImmediate64(DST, kind, value, kind.usesHighHalf() ? ~value : 0));
            }
        }
    }

    private void memory() {
        for (Width width : Width.values()) {
            for (short offset : OFFSETS) {
                forms.add(new Load(width, false, DST, SRC, offset));
                if (width != Width.DOUBLE) {
                    forms.add(new Load(width, true, DST, SRC, offset));
                }
                for (Operand operand : operands()) {
                    forms.add(new Store(width, DST, offset, operand));
                }
            }
            if (width != Width.DOUBLE) {
                for (int value : INTEGERS) {
                    forms.add(new LoadPacket(width, false, Register.R0, value));
                    forms.add(new LoadPacket(width, true, SRC, value));
                }
            }
        }
    }

    private void atomics() {
        for (AtomicOperation operation : AtomicOperation.values()) {
            for (short offset : OFFSETS) {
                for (boolean fetch : BOTH) {
                    if (fetch || !operation.alwaysFetches()) {
                        forms.add(new Atomic(operation, Width.WORD, fetch, DST, offset, SRC));
                        forms.add(new Atomic(operation, Width.DOUBLE, fetch, DST, offset, SRC));
                    }
                }
            }
        }
    }

    private void jumps() {
        for (short distance : OFFSETS) {
            forms.add(new Jump(distance, false));
            for (Condition condition : Condition.values()) {
                for (Operand operand : operands()) {
                    forms.add(new Branch(condition, true, DST, operand, distance));
                    forms.add(new Branch(condition, false, DST, operand, distance));
                }
            }
        }
        for (int distance : INTEGERS) {
            forms.add(new Jump(distance, true));
        }
    }

    private void calls() {
        for (int value : INTEGERS) {
            forms.add(new CallHelper(value));
            forms.add(new CallFunction(value));
            forms.add(new CallKernelFunction(value, (short) 3));
        }
        forms.add(new Exit());
    }
}
