package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.RegisterEffects;
import io.bpf4j.vm.isa.RegisterSet;
import java.util.Arrays;

/**
 * Marks which numbers of earlier states matter, so that states that differ in others are taken for equal. It goes back
 * along the path from the place where a number mattered to where it came from (kernel/bpf/verifier.c,
 * mark_chain_precision).
 */
final class Precision {

    private static final int ARGUMENTS = RegisterSet.ARGUMENTS.bits();

    private final Code code;
    private int[] registers = new int[16];
    private long[] slots = new long[16];
    private int frame;

    Precision(Code code) {
        this.code = code;
    }

    /** Notes that the number in a register of the innermost function matters to the instruction at an index. */
    void mark(State state, int index, int register) {
        if (state.frame().get(register) instanceof Scalar) {
            start(state);
            registers[frame] = 1 << register;
            run(state, index);
        }
    }

    /** Notes that the number that a slot has spilled matters to the instruction at an index. */
    void markSlot(State state, int index, int inFrame, int slot) {
        start(state);
        slots[inFrame] = 1L << slot;
        run(state, index);
    }

    /** Notes that what matters from one state on matters from another that it covers; returns whether that is new. */
    boolean propagate(State old, State current, int index) {
        start(current);
        for (Frame from : old.frames()) {
            Frame to = current.frame(from.number());
            for (int register = 0; register < from.registers(); register++) {
                if (from.isPrecise(register) && to.get(register) instanceof Scalar) {
                    registers[from.number()] |= 1 << register;
                }
            }
            for (long left = from.preciseSlots(); left != 0; left &= left - 1) {
                int slot = Long.numberOfTrailingZeros(left);
                if (to.slot(slot).isSpilledScalar()) {
                    slots[from.number()] |= 1L << slot;
                }
            }
        }
        return run(current, index);
    }

    private void start(State state) {
        Arrays.fill(registers, 0);
        Arrays.fill(slots, 0);
        frame = state.depth() - 1;
    }

    /** Goes back from an instruction, not itself included; returns whether a state was marked. */
    private boolean run(State from, int last) {
        if (isEmpty()) {
            return false;
        }
        boolean changed = false;
        boolean skip = true;
        int index = last;
        int next = -1;
        for (State state = from; state != null;) {
            History history = state.history();
            int step = history.size();
            while (true) {
                boolean noted = step > 0 && history.index(step - 1) == index;
                if (!skip && !back(index, next, noted ? history : null, step - 1)) {
                    return markAll(from);
                }
                skip = false;
                if (isEmpty()) {
                    return changed;
                }
                next = index;
                if (noted) {
                    step--;
                    index = history.previous(step);
                    if (index == History.BOUNDARY) {
                        break;
                    }
                } else if (step == 0 && index == state.firstIndex()) {
                    break;
                } else {
                    index--;
                }
            }
            int lastOfParent = state.parent() == null ? -1 : state.parent().lastIndex();
            state = state.parent();
            if (state != null) {
                if (frame >= state.depth()) {
                    return markAll(from);
                }
                changed |= markIn(state);
                index = lastOfParent;
                if (isEmpty() || index < 0) {
                    return changed;
                }
            }
        }
        return changed;
    }

    private boolean isEmpty() {
        for (int number = 0; number <= frame; number++) {
            if (registers[number] != 0 || slots[number] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Marks what is wanted in a state; what is marked there already was followed before. */
    private boolean markIn(State state) {
        boolean changed = false;
        for (int number = 0; number <= frame; number++) {
            Frame in = state.frame(number);
            for (int left = registers[number]; left != 0; left &= left - 1) {
                int register = Integer.numberOfTrailingZeros(left);
                if (in.get(register) instanceof Scalar && !in.isPrecise(register)) {
                    in.markPrecise(register);
                    changed = true;
                } else {
                    registers[number] &= ~(1 << register);
                }
            }
            for (long left = slots[number]; left != 0; left &= left - 1) {
                int slot = Long.numberOfTrailingZeros(left);
                if (in.slot(slot).isSpilledScalar() && !in.isPreciseSlot(slot)) {
                    in.markPreciseSlot(slot);
                    changed = true;
                } else {
                    slots[number] &= ~(1L << slot);
                }
            }
        }
        return changed;
    }

    /** Marks every number of every earlier state: what is always right. */
    private boolean markAll(State from) {
        boolean changed = false;
        for (State state = from.parent(); state != null; state = state.parent()) {
            for (Frame in : state.frames()) {
                for (int register = 0; register < in.registers(); register++) {
                    if (in.get(register) instanceof Scalar && !in.isPrecise(register)) {
                        in.markPrecise(register);
                        changed = true;
                    }
                }
                for (int slot = 0; slot < in.slots(); slot++) {
                    if (in.slot(slot).isSpilledScalar() && !in.isPreciseSlot(slot)) {
                        in.markPreciseSlot(slot);
                        changed = true;
                    }
                }
            }
        }
        return changed;
    }

    private boolean wants(Register register) {
        return (registers[frame] & 1 << register.number()) != 0;
    }

    private void want(Operand operand) {
        if (operand instanceof Register register && register != Register.FRAME) {
            registers[frame] |= 1 << register.number();
        }
    }

    private void drop(Register register) {
        registers[frame] &= ~(1 << register.number());
    }

    /**
     * Goes back over one instruction.
     *
     * @param next the instruction that was executed after it
     * @return false if it is not known what mattered before it
     */
    private boolean back(int index, int next, History history, int step) {
        int[] links = history == null ? null : history.links(step);
        wantLinked(links);
        boolean known = backOver(code.at(index), index, next, history, step);
        wantLinked(links);
        return known;
    }

    private void wantLinked(int[] places) {
        if (places == null) {
            return;
        }
        boolean any = false;
        for (int place : places) {
            int in = LinkedScalars.frame(place);
            int number = LinkedScalars.number(place);
            any |= LinkedScalars.isSlot(place)
                    ? (slots[in] & 1L << number) != 0
                    : (registers[in] & 1 << number) != 0;
        }
        for (int place : any ? places : new int[0]) {
            int in = LinkedScalars.frame(place);
            int number = LinkedScalars.number(place);
            if (LinkedScalars.isSlot(place)) {
                slots[in] |= 1L << number;
            } else {
                registers[in] |= 1 << number;
            }
        }
    }

    private boolean backOver(Insn insn, int index, int next, History history, int step) {
        switch (insn) {
            case Alu(var operation, var wide, var dst, var src) -> {
                if (wants(dst)) {
                    if (operation == AluOperation.MOVE) {
                        drop(dst);
                    }
                    want(src);
                }
            }
            case MoveSignExtended(var bits, var wide, var dst, var src) -> {
                if (wants(dst)) {
                    drop(dst);
                    want(src);
                }
            }
            case Load load -> {
                if (wants(load.dst())) {
                    drop(load.dst());
                    if (history != null && history.accessesStack(step)) {
                        slots[history.stackFrame(step)] |= 1L << history.stackSlot(step);
                    }
                }
            }
            case Store store -> {
                return backOverStore(store, history, step);
            }
            case Atomic atomic -> backOverAtomic(atomic, history, step);
            case Branch branch -> {
                if (branch.right() instanceof Register right && (wants(branch.left()) || wants(right))) {
                    want(branch.left());
                    want(right);
                }
            }
            case CallFunction call -> {
                return next != index + 1 && next >= 0
                        ? leaveToCaller(true)
                        : (registers[frame] & ARGUMENTS) == 0;
            }
            case Exit exit -> enterCallee(next);
            default -> {
                if (code.callsBack(index) && next != index + 1) {
                    return leaveToCaller(false);
                }
                if (isTail(insn) && next >= 0 && next != index + 1) {
                    enterCallee(next);
                    registers[frame] = 0;
                    return true;
                }
                RegisterEffects effects = RegisterEffects.of(insn);
                int gone = effects.defines().bits() | effects.clobbers().bits();
                registers[frame] &= keeps(insn) ? -1 : ~gone;
            }
        }
        return true;
    }

    /** Returns whether the result depends on the register that it replaces. */
    private static boolean keeps(Insn insn) {
        return insn instanceof Insn.Negate || insn instanceof Insn.ByteSwap;
    }

    /** A tail call ends the function that makes it, but for the main one; what it returns nothing is known of. */
    private static boolean isTail(Insn insn) {
        return insn instanceof Insn.CallHelper call && call.id() == Helper.TAIL_CALL.id();
    }

    private boolean backOverStore(Store store, History history, int step) {
        if (wants(store.base())) {
            return false;
        }
        if (history != null && history.accessesStack(step)) {
            int in = history.stackFrame(step);
            long slot = 1L << history.stackSlot(step);
            if ((slots[in] & slot) != 0) {
                slots[in] &= ~slot;
                want(store.value());
            }
        }
        return true;
    }

    private void backOverAtomic(Atomic atomic, History history, int step) {
        Register loaded = atomic.operation() == AtomicOperation.COMPARE_EXCHANGE ? Register.R0 : atomic.src();
        if (atomic.fetch() && wants(loaded)) {
            drop(loaded);
            if (history != null && history.accessesStack(step)) {
                slots[history.stackFrame(step)] |= 1L << history.stackSlot(step);
            }
        }
    }

    /** Goes back from the first instruction of a function to the call. */
    private boolean leaveToCaller(boolean passesArguments) {
        if (frame == 0 || slots[frame] != 0) {
            return false;
        }
        int wanted = registers[frame];
        if ((wanted & ~ARGUMENTS) != 0) {
            return false;
        }
        registers[frame--] = 0;
        if (passesArguments) {
            registers[frame] |= wanted;
        }
        return true;
    }

    /** Goes back from behind a call to the exit of the function. */
    private void enterCallee(int next) {
        if (next < 0) {
            return;
        }
        boolean isCall = next > 0 && code.at(next - 1) instanceof CallFunction;
        boolean result = isCall && wants(Register.R0);
        registers[frame] &= ~(ARGUMENTS | 1);
        frame++;
        registers[frame] = result ? 1 : 0;
        slots[frame] = 0;
    }
}
