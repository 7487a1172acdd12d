package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.flow.ControlFlow;
import io.bpf4j.vm.flow.Liveness;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.jit.x64.Runtime.Access;
import io.bpf4j.vm.jit.x64.Runtime.Trap;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the emitters of one program share: the code so far, its labels, and what is put off to the end. */
final class Emission {

    final X64Assembler code;
    final HelperLinkage linkage;
    final ControlFlow flow;
    final Instructions instructions;
    final Liveness liveness;
    final boolean checked;
    final Set<CpuFeature> features;
    private final BitSet safeDivisions;
    private final Map<Integer, Label> labels = new HashMap<>();
    private final List<ColdTrap> traps = new ArrayList<>();

    private record ColdTrap(Label label, int slot, Trap trap) {}

    Emission(X64Assembler code, ControlFlow flow, boolean checked, BitSet safeDivisions,
            Set<CpuFeature> features, HelperLinkage linkage) {
        this.code = code;
        this.linkage = linkage;
        this.flow = flow;
        this.instructions = flow.instructions();
        this.liveness = Liveness.of(flow);
        this.checked = checked;
        this.features = features;
        this.safeDivisions = safeDivisions;
    }

    /** Returns whether the division at a slot is proved to divide by something other than zero. */
    boolean dividesSafely(int slot) {
        return safeDivisions.get(slot);
    }

    /** Returns the label of the instruction at a slot. */
    Label label(int slot) {
        return labels.computeIfAbsent(slot, place -> code.label("slot " + place));
    }

    /** Returns the operand of an access, after a check where accesses are checked. */
    Memory access(Access access, Width width, Register base, int offset) {
        Memory operand = Memory.at(Registers.of(base), offset);
        if (!checked) {
            return operand;
        }
        code.lea(OperandSize.QWORD, Registers.SCRATCH, operand);
        code.call(new Runtime.Check(access, width));
        return Memory.at(Registers.SCRATCH);
    }

    /** Returns a place, away from the usual path, that ends the run because of the instruction at a slot. */
    Label trap(Trap trap, int slot) {
        Label label = code.label("trap at " + slot);
        traps.add(new ColdTrap(label, slot, trap));
        return label;
    }

    /** Writes what was put off. */
    void finish() {
        for (ColdTrap cold : traps) {
            code.bind(cold.label);
            code.mark(cold.slot);
            code.call(cold.trap);
        }
    }

    /** Returns the operand size of a width. */
    static OperandSize size(Width width) {
        return OperandSize.ofBytes(width.bytes());
    }

    /** Returns the operand size of wide and narrow operations. */
    static OperandSize size(boolean wide) {
        return wide ? OperandSize.QWORD : OperandSize.DWORD;
    }
}
