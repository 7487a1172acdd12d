package io.bpf4j.vm.flow;

import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.RegisterEffects;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A program whose control flow makes sense: every jump and call leads to an instruction, no jump leaves its function,
 * no function runs past its end, and nothing writes the frame pointer (kernel/bpf/verifier.c, check_subprogs).
 */
public final class ControlFlow {

    private final Instructions instructions;
    private final List<Subprogram> functions;
    /** The slots that something jumps to. */
    private final BitSet targets = new BitSet();

    private ControlFlow(Instructions instructions) {
        this.instructions = instructions;
        if (instructions.isEmpty()) {
            throw new MalformedProgramException(0, "the program is empty");
        }
        functions = findFunctions();
        functions.forEach(this::check);
    }

    /**
     * Looks through a program.
     *
     * @throws MalformedProgramException naming the first instruction that leads nowhere
     */
    public static ControlFlow of(List<Insn> instructions) {
        return new ControlFlow(Instructions.of(instructions));
    }

    private List<Subprogram> findFunctions() {
        BitSet starts = new BitSet();
        starts.set(0);
        for (int index = 0; index < instructions.size(); index++) {
            Insn insn = instructions.get(index);
            if (insn instanceof CallFunction || isFunctionAddress(insn)) {
                int slot = instructions.slotOf(index);
                int entry = instructions.targetSlot(index).orElseThrow();
                if (!instructions.startsAt(entry)) {
                    throw new MalformedProgramException(slot, "no function starts at slot " + entry);
                }
                starts.set(entry);
            }
        }
        List<Subprogram> found = new ArrayList<>();
        for (int start = 0; start >= 0;) {
            int next = starts.nextSetBit(start + 1);
            found.add(new Subprogram(start, next < 0 ? instructions.slots() : next));
            start = next;
        }
        return List.copyOf(found);
    }

    private static boolean isFunctionAddress(Insn insn) {
        return insn instanceof LoadImmediate64 load && load.kind() == Immediate64.FUNCTION;
    }

    private void check(Subprogram function) {
        Insn last = null;
        int end = function.start();
        while (end < function.end()) {
            last = instructions.at(end);
            checkOne(function, end, last);
            end += last.slots();
        }
        if (!(last instanceof Exit) && !(last instanceof Jump)) {
            throw new MalformedProgramException(end - last.slots(),
                    "the function ends here, but not with exit or a jump");
        }
    }

    private void checkOne(Subprogram function, int slot, Insn insn) {
        if (RegisterEffects.of(insn).defines().contains(Register.FRAME)) {
            throw new MalformedProgramException(slot, "writes the frame pointer r10, which is read-only");
        }
        if (insn instanceof Jump || insn instanceof Branch) {
            int target = instructions.targetSlot(instructions.indexAt(slot)).orElseThrow();
            if (!function.contains(target) || !instructions.startsAt(target)) {
                throw new MalformedProgramException(slot, "jumps to slot " + target
                        + (instructions.startsAt(target)
                                ? ", which is in another function"
                                : ", where no instruction starts"));
            }
            targets.set(target);
        }
    }

    /** Returns the program. */
    public Instructions instructions() {
        return instructions;
    }

    /** Returns the functions by rising slot; the first is where the program starts. */
    public List<Subprogram> functions() {
        return functions;
    }

    /** Returns whether a jump or branch leads to a slot. */
    public boolean isTarget(int slot) {
        return targets.get(slot);
    }
}
