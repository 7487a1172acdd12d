package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.flow.Subprogram;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Operand.Immediate;
import io.bpf4j.vm.isa.Register;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The numbers that the registers of a function are compared with: likely bounds of what counts up or down to them. */
final class Thresholds {

    private final List<List<Long>> byRegister;

    Thresholds(Instructions instructions, Subprogram function) {
        byRegister = Stream.of(Register.values()).map(register -> (List<Long>) new ArrayList<Long>())
                .toList();
        for (int slot = function.start(); slot < function.end(); slot += instructions.at(slot).slots()) {
            if (instructions.at(slot) instanceof Branch branch
                    && branch.right() instanceof Immediate immediate) {
                byRegister.get(branch.left().number()).add((long) immediate.value());
            }
        }
    }

    /** Moves the bounds of a fact that have just moved, up or down to a number or one step short of it. */
    Fact widen(int register, Fact known, Fact merged) {
        long min = merged.min() < known.min() ? Long.MIN_VALUE : merged.min();
        long max = merged.max() > known.max() ? Long.MAX_VALUE : merged.max();
        long step = merged.stride();
        for (long number : byRegister.get(register)) {
            for (long bound : new long[]{number - step, number, number + step}) {
                if (merged.min() < known.min() && bound <= merged.min()) {
                    min = Math.max(min, bound);
                }
                if (merged.max() > known.max() && bound >= merged.max()) {
                    max = Math.min(max, bound);
                }
            }
        }
        return Fact.stepping(min, max, min == merged.min() ? step : stepFrom(min, merged.min(), step));
    }

    private static long stepFrom(long min, long old, long step) {
        long distance = old - min;
        return distance < 0 ? 1 : Fact.divisor(step, distance);
    }
}
