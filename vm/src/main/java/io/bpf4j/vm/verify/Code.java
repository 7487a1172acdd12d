package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.ArgumentKind;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.flow.ControlFlow;
import io.bpf4j.vm.flow.Liveness;
import io.bpf4j.vm.flow.Subprogram;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.CallKernelFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.RegisterEffects;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/** What is known of a program without walking it; instructions are named by index here, not by slot. */
final class Code {

    private final Instructions instructions;
    private final List<Subprogram> functions;
    /** The index that each jump, branch, call or function address names, or -1. */
    private final int[] targets;
    /** The registers that matter before each instruction, as bits. */
    private final int[] live;
    private final int[] functionOf;
    /** Where states are compared with earlier ones. */
    private final BitSet prunePoints = new BitSet();

    Code(ControlFlow flow) {
        instructions = flow.instructions();
        functions = flow.functions();
        int size = instructions.size();
        targets = new int[size];
        live = new int[size];
        functionOf = new int[size];
        Liveness liveness = Liveness.of(flow);
        int function = 0;
        for (int index = 0; index < size; index++) {
            int slot = instructions.slotOf(index);
            if (!functions.get(function).contains(slot)) {
                function++;
            }
            functionOf[index] = function;
            targets[index] = instructions.targetSlot(index).isEmpty()
                    ? -1
                    : instructions.indexAt(instructions.targetSlot(index).getAsInt());
            live[index] = liveBefore(liveness, slot, instructions.get(index));
        }
        markPrunePoints();
    }

    private static int liveBefore(Liveness liveness, int slot, Insn insn) {
        int after = 0;
        for (Register register : Register.values()) {
            after |= liveness.isLiveAfter(slot, register) ? 1 << register.number() : 0;
        }
        RegisterEffects effects = RegisterEffects.of(insn, arguments(insn));
        return after & ~effects.defines().bits() & ~effects.clobbers().bits() | effects.uses().bits();
    }

    private static int arguments(Insn insn) {
        return insn instanceof CallHelper call
                ? Helper.byId(call.id()).map(helper -> helper.arguments().size()).orElse(5)
                : 5;
    }

    /** As kernel/bpf/verifier.c, visit_insn: at branches, where jumps lead, after calls. */
    private void markPrunePoints() {
        for (int index = 0; index < instructions.size(); index++) {
            switch (instructions.get(index)) {
                case Branch branch -> {
                    prunePoints.set(index);
                    prunePoints.set(targets[index]);
                }
                case Jump jump -> prunePoints.set(targets[index]);
                case CallFunction call -> {
                    prunePoints.set(index);
                    prunePoints.set(index + 1);
                    prunePoints.set(targets[index]);
                }
                case CallHelper call -> {
                    prunePoints.set(index, callsBack(index) || prunePoints.get(index));
                    prunePoints.set(index + 1);
                }
                default -> {
                    // Leads to the next instruction only, or to none.
                }
            }
        }
    }

    Instructions instructions() {
        return instructions;
    }

    int size() {
        return instructions.size();
    }

    Insn at(int index) {
        return instructions.get(index);
    }

    int slotOf(int index) {
        return instructions.slotOf(index);
    }

    int targetOf(int index) {
        return targets[index];
    }

    int functionOf(int index) {
        return functionOf[index];
    }

    int functions() {
        return functions.size();
    }

    int entryOf(int function) {
        return instructions.indexAt(functions.get(function).start());
    }

    int slotOfFunction(int function) {
        return functions.get(function).start();
    }

    boolean isPrunePoint(int index) {
        return prunePoints.get(index);
    }

    /** Returns the registers that matter before an instruction; bit n is register n. */
    int liveBefore(int index) {
        return live[index];
    }

    /** Returns whether an instruction calls a helper that calls functions of the program. */
    boolean callsBack(int index) {
        return index >= 0 && index < size() && at(index) instanceof CallHelper call
                && Helper.byId(call.id()).map(helper -> helper.arguments().contains(ArgumentKind.CALLBACK))
                        .orElse(false);
    }

    /** Returns the index of the first call of a kernel function, or -1. */
    int kernelCall() {
        for (int index = 0; index < size(); index++) {
            if (at(index) instanceof CallKernelFunction) {
                return index;
            }
        }
        return -1;
    }

    /** Returns the index of the first instruction that no path leads to, or -1. */
    int unreachable() {
        BitSet reached = new BitSet();
        Deque<Integer> open = new ArrayDeque<>(List.of(0));
        while (!open.isEmpty()) {
            int index = open.pop();
            if (reached.get(index)) {
                continue;
            }
            reached.set(index);
            Insn insn = at(index);
            if (targets[index] >= 0 && (!(insn instanceof LoadImmediate64 load)
                    || load.kind() == Immediate64.FUNCTION)) {
                open.push(targets[index]);
            }
            if (!(insn instanceof Exit) && !(insn instanceof Jump)) {
                open.push(index + 1);
            }
        }
        int first = reached.nextClearBit(0);
        return first < size() ? first : -1;
    }
}
