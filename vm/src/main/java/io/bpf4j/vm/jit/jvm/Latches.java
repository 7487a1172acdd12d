package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.flow.Subprogram;
import io.bpf4j.vm.isa.Instructions;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.objectweb.asm.Label;

/**
 * The one place of each loop from which it jumps back. Where a loop has several, as compilers make them of a
 * {@code continue}, HotSpot would take it for loops in each other; so all but the last jump to the last.
 */
final class Latches {

    /** By the loop's first slot: the last jump back to it. */
    private final Map<Integer, Integer> last = new HashMap<>();
    private final Map<Integer, Label> labels = new HashMap<>();

    Latches(Instructions instructions, Subprogram function) {
        for (int slot = function.start(); slot < function.end(); slot += instructions.at(slot).slots()) {
            OptionalInt target = instructions.targetSlot(instructions.indexAt(slot));
            if (target.isPresent() && target.getAsInt() <= slot) {
                last.put(target.getAsInt(), slot);
            }
        }
    }

    /** Returns whether a jump back is the last to its target. */
    boolean isLast(int slot, int target) {
        return last.get(target) == slot;
    }

    /** Returns the label of the last jump to a target. */
    Label label(int target) {
        return labels.computeIfAbsent(target, key -> new Label());
    }

    /** Returns whether some jump before the last jumps there instead. */
    boolean isShared(int target) {
        return labels.containsKey(target);
    }
}
