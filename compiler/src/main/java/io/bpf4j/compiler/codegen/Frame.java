package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.MachineBlock.Step;
import io.bpf4j.compiler.ir.Slot;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where the objects of a function's frame are: below R10, the most aligned first, so that no gaps are needed.
 *
 * @param offsets from R10, negative
 * @param size bytes
 */
record Frame(Map<Slot, Integer> offsets, int size) {

    /** What a program and its deepest chain of calls may use (include/linux/filter.h, MAX_BPF_STACK). */
    static final int LIMIT = 512;
    /** What each frame is rounded up to (kernel/bpf/verifier.c, round_up_stack_depth). */
    private static final int ROUNDING = 32;

    static Frame of(MachineFunction function) {
        Set<Slot> slots = new LinkedHashSet<>();
        for (MachineBlock block : function.blocks()) {
            for (Step step : block.steps()) {
                collect(step.operation(), slots);
            }
        }
        List<Slot> sorted = slots.stream()
                .sorted(Comparator.comparingInt(Slot::alignment).reversed().thenComparingInt(Slot::id))
                .toList();
        Map<Slot, Integer> offsets = new HashMap<>();
        int bottom = 0;
        for (Slot slot : sorted) {
            bottom = bottom - slot.size() & -slot.alignment();
            offsets.put(slot, bottom);
        }
        return new Frame(Map.copyOf(offsets), -bottom);
    }

    private static void collect(Operation operation, Set<Slot> slots) {
        switch (operation) {
            case Operation.FrameAddress address -> slots.add(address.slot());
            case Operation.Load(var width, var signed, var dst, Place.InFrame(Slot slot, int offset)) ->
                slots.add(slot);
            case Operation.Store(var width, Place.InFrame(Slot slot, int offset), var value) ->
                slots.add(slot);
            case Operation.Atomic(var kind, var width, var fetch, Place.InFrame(Slot slot, int offset), var src) ->
                slots.add(slot);
            default -> {
                /* no place in the frame */ }
        }
    }

    int offsetOf(Slot slot) {
        return offsets.get(slot);
    }

    /** Returns what the frame counts in a chain of calls. */
    int roundedSize() {
        return (Math.max(size, 1) + ROUNDING - 1) / ROUNDING * ROUNDING;
    }

    /** Returns what lies in it. */
    Set<Slot> slots() {
        return offsets.keySet();
    }
}
