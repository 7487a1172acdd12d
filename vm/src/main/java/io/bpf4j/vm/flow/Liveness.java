package io.bpf4j.vm.flow;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.RegisterEffects;
import io.bpf4j.vm.isa.RegisterSet;

/** Which registers still matter after each instruction: those whose value may be used before it is replaced. */
public final class Liveness {

    private final Instructions instructions;
    /** The registers that matter after the instruction at each slot, as {@link RegisterSet#bits}. */
    private final int[] after;

    private Liveness(ControlFlow flow) {
        instructions = flow.instructions();
        after = new int[instructions.slots()];
        solve(flow);
    }

    /** Works out the liveness of a program. */
    public static Liveness of(ControlFlow flow) {
        return new Liveness(flow);
    }

    private void solve(ControlFlow flow) {
        int[] before = new int[instructions.slots() + 1];
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int index = instructions.size() - 1; index >= 0; index--) {
                int slot = instructions.slotOf(index);
                Insn insn = instructions.get(index);
                int out = liveOut(insn, index, slot, before);
                int in = liveIn(insn, out);
                changed |= in != before[slot];
                after[slot] = out;
                before[slot] = in;
            }
        }
    }

    private int liveOut(Insn insn, int index, int slot, int[] before) {
        if (insn instanceof Exit) {
            return 0;
        }
        int next = insn instanceof Jump ? 0 : before[slot + insn.slots()];
        return switch (insn) {
            case Jump jump -> before[instructions.targetSlot(index).orElseThrow()];
            case Insn.Branch branch -> next | before[instructions.targetSlot(index).orElseThrow()];
            default -> next;
        };
    }

    private static int liveIn(Insn insn, int out) {
        int arguments = insn instanceof CallHelper call
                ? Helper.byId(call.id()).map(helper -> helper.arguments().size()).orElse(5)
                : 5;
        RegisterEffects effects = RegisterEffects.of(insn, arguments);
        int gone = effects.defines().bits() | effects.clobbers().bits();
        return out & ~gone | effects.uses().bits();
    }

    /** Returns whether a register's value may be used after the instruction at a slot. */
    public boolean isLiveAfter(int slot, Register register) {
        return register == Register.FRAME || (after[slot] & 1 << register.number()) != 0;
    }
}
