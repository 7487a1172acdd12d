package io.bpf4j.vm.differential;

import static io.bpf4j.vm.isa.Operand.immediate;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Instructions that are being written, with jumps and calls whose targets are known later. */
final class CodeBuffer {

    /** A jump whose distance is not known yet. */
    record Open(int index, int slot) {}

    private final List<Insn> instructions = new ArrayList<>();
    private final Map<Integer, Integer> calls = new HashMap<>();
    private int slots;

    int slots() {
        return slots;
    }

    void add(Insn insn) {
        instructions.add(insn);
        slots += insn.slots();
    }

    void move(boolean wide, Register dst, Operand src) {
        add(new Alu(AluOperation.MOVE, wide, dst, src));
    }

    void alu(AluOperation operation, Register dst, int src) {
        add(new Alu(operation, true, dst, immediate(src)));
    }

    /** Adds an instruction that {@link #close} gives its distance. */
    Open open(Insn insn) {
        Open open = new Open(instructions.size(), slots);
        add(insn);
        return open;
    }

    /** Makes a jump lead here. */
    void close(Open open) {
        int distance = slots - open.slot() - 1;
        Insn insn = instructions.get(open.index());
        instructions.set(open.index(), switch (insn) {
            case Jump jump -> new Jump(distance, jump.wide());
            case Branch branch ->
                new Branch(branch.condition(), branch.wide(), branch.left(), branch.right(),
                        (short) distance);
            default -> throw new IllegalArgumentException(insn.toString());
        });
    }

    /** Adds a branch to a slot that is already there. */
    void back(Condition condition, boolean wide, Register left, Operand right, int slot) {
        add(new Branch(condition, wide, left, right, (short) (slot - slots - 1)));
    }

    /** Adds a call of a function by number. */
    void call(int function) {
        calls.put(instructions.size(), function);
        add(new CallFunction(0));
    }

    boolean isCalled(int function) {
        return calls.containsValue(function);
    }

    /** Ends: the functions' slots are known. */
    List<Insn> finish(List<Integer> starts) {
        int slot = 0;
        for (int index = 0; index < instructions.size(); index++) {
            Integer callee = calls.get(index);
            if (callee != null) {
                instructions.set(index, new CallFunction(starts.get(callee) - slot - 1));
            }
            slot += instructions.get(index).slots();
        }
        return instructions;
    }
}
