package io.bpf4j.vm.differential;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.MalformedProgramException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Takes instructions out of a program as long as it still shows what it shows. */
public final class Minimizer {

    private Minimizer() {}

    /** Returns the smallest program found that passes the test, as the given one does. */
    public static List<Insn> minimize(List<Insn> program, Predicate<List<Insn>> test) {
        List<Insn> smallest = program;
        boolean smaller = true;
        while (smaller) {
            smaller = false;
            for (int count = smallest.size() / 2; count > 0; count /= 2) {
                for (int from = smallest.size() - count; from >= 0; from -= count) {
                    List<Insn> candidate = without(Instructions.of(smallest), from, from + count);
                    if (passes(candidate, test)) {
                        smallest = candidate;
                        smaller = true;
                        from = Math.min(from, smallest.size());
                    }
                }
            }
        }
        return smallest;
    }

    private static boolean passes(List<Insn> candidate, Predicate<List<Insn>> test) {
        try {
            return test.test(candidate);
        } catch (MalformedProgramException e) {
            return false;
        }
    }

    /** Leaves out the instructions from one index to another; what jumped to them jumps behind them. */
    private static List<Insn> without(Instructions instructions, int from, int to) {
        int removed = instructions.slotOf(to) - instructions.slotOf(from);
        List<Insn> rest = new ArrayList<>();
        for (int index = 0; index < instructions.size(); index++) {
            if (index < from || index >= to) {
                int slot = instructions.slotOf(index);
                int own = moved(slot, instructions.slotOf(from), removed);
                rest.add(instructions.targetSlot(index).isEmpty()
                        ? instructions.get(index)
                        : retarget(instructions.get(index), moved(instructions.targetSlot(index).getAsInt(),
                                instructions.slotOf(from), removed) - own - 1));
            }
        }
        return rest;
    }

    private static int moved(int slot, int from, int removed) {
        return slot <= from ? slot : Math.max(from, slot - removed);
    }

    private static Insn retarget(Insn insn, int distance) {
        return switch (insn) {
            case Jump jump -> new Jump(distance, jump.wide());
            case Branch branch ->
                new Branch(branch.condition(), branch.wide(), branch.left(), branch.right(),
                        (short) distance);
            case CallFunction call -> new CallFunction(distance);
            default -> insn;
        };
    }
}
