package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.Operation.Load;
import io.bpf4j.compiler.codegen.Operation.Store;
import io.bpf4j.compiler.ir.Slot;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lets spilled registers share a place in the frame when they are never live together. */
final class SpillSlots {

    private final List<Slot> slots;
    private final Map<Slot, Integer> numbers = new HashMap<>();
    private final BitSet[] together;

    private SpillSlots(Set<Slot> all) {
        slots = all.stream().sorted(Comparator.comparingInt(Slot::id)).toList();
        together = new BitSet[slots.size()];
        for (int index = 0; index < together.length; index++) {
            numbers.put(slots.get(index), index);
            together[index] = new BitSet();
        }
    }

    static MachineFunction share(MachineFunction function, Set<Slot> all) {
        if (all.size() < 2) {
            return function;
        }
        SpillSlots sharing = new SpillSlots(all);
        sharing.findConflicts(function);
        return sharing.rewrite(function);
    }

    private void findConflicts(MachineFunction function) {
        var flow = function.flow();
        var liveness = new Liveness(function, flow,
                new Liveness.Numbering(this::accesses, end -> new Accesses()));
        for (int block : flow.order()) {
            liveness.walkBack(block, (step, accesses, live) -> {
                for (int definition : accesses.definitions()) {
                    live.stream().filter(other -> other != definition).forEach(other -> {
                        together[definition].set(other);
                        together[other].set(definition);
                    });
                }
            });
        }
    }

    private Accesses accesses(Operation operation) {
        Accesses found = new Accesses();
        switch (operation) {
            case Load load when numberOf(load.place()) >= 0 -> found.use(numberOf(load.place()));
            case Store store when numberOf(store.place()) >= 0 -> found.define(numberOf(store.place()));
            default -> {
                /* touches no spilled register */ }
        }
        return found;
    }

    private int numberOf(Place place) {
        return place instanceof Place.InFrame inFrame ? numbers.getOrDefault(inFrame.slot(), -1) : -1;
    }

    private MachineFunction rewrite(MachineFunction function) {
        int[] shared = new int[slots.size()];
        for (int index = 0; index < shared.length; index++) {
            BitSet taken = new BitSet();
            int self = index;
            together[index].stream().filter(other -> other < self).forEach(other -> taken.set(shared[other]));
            shared[index] = taken.nextClearBit(0);
        }
        List<MachineBlock> blocks = new ArrayList<>();
        for (MachineBlock block : function.blocks()) {
            blocks.add(block.withSteps(block.steps().stream()
                    .map(step -> step.with(rewrite(step.operation(), shared))).toList()));
        }
        return function.withBlocks(blocks);
    }

    private Operation rewrite(Operation operation, int[] shared) {
        return switch (operation) {
            case Load(var width, var signed, var dst, var place) when numberOf(place) >= 0 ->
                new Load(width, signed, dst, new Place.InFrame(slots.get(shared[numberOf(place)]), 0));
            case Store(var width, var place, var value) when numberOf(place) >= 0 ->
                new Store(width, new Place.InFrame(slots.get(shared[numberOf(place)]), 0), value);
            default -> operation;
        };
    }
}
