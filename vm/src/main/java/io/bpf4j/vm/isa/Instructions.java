package io.bpf4j.vm.isa;

import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.RandomAccess;

/**
 * An immutable list of instructions that knows the slot of each and the instruction at each slot.
 *
 * <p>An <em>index</em> counts instructions, a <em>slot</em> counts 64-bit units, as distances do.
 */
public final class Instructions extends AbstractList<Insn> implements RandomAccess {

    private final Insn[] instructions;
    /** The first slot of each instruction; one more entry for the end. */
    private final int[] slots;
    /** The index of the instruction that starts at each slot, or -1 at a second half. */
    private final int[] indexes;

    private Instructions(List<Insn> list) {
        instructions = list.toArray(Insn[]::new);
        slots = new int[instructions.length + 1];
        for (int index = 0; index < instructions.length; index++) {
            slots[index + 1] = slots[index] + instructions[index].slots();
        }
        indexes = new int[slots()];
        Arrays.fill(indexes, -1);
        for (int index = 0; index < instructions.length; index++) {
            indexes[slots[index]] = index;
        }
    }

    /** Makes the index of a list, which is copied. */
    public static Instructions of(List<Insn> list) {
        return list instanceof Instructions same ? same : new Instructions(list);
    }

    @Override
    public Insn get(int index) {
        return instructions[index];
    }

    @Override
    public int size() {
        return instructions.length;
    }

    /** Returns the number of slots. */
    public int slots() {
        return slots[instructions.length];
    }

    /** Returns the first slot of an instruction; for {@code size()} the slot behind the last. */
    public int slotOf(int index) {
        return slots[index];
    }

    /** Returns whether an instruction starts at the slot; no second half of one and no slot outside does. */
    public boolean startsAt(int slot) {
        return slot >= 0 && slot < indexes.length && indexes[slot] >= 0;
    }

    /**
     * Returns the index of the instruction that starts at a slot.
     *
     * @throws IllegalArgumentException if none {@linkplain #startsAt starts} there
     */
    public int indexAt(int slot) {
        if (!startsAt(slot)) {
            throw new IllegalArgumentException("no instruction starts at slot " + slot + " of " + slots());
        }
        return indexes[slot];
    }

    /**
     * Returns the instruction that starts at a slot.
     *
     * @throws IllegalArgumentException if none {@linkplain #startsAt starts} there
     */
    public Insn at(int slot) {
        return instructions[indexAt(slot)];
    }

    /**
     * Returns the slot that the instruction at an index names by distance: the target of a jump or branch, the callee
     * of a call, the function whose address is taken. It may lie outside the program.
     */
    public OptionalInt targetSlot(int index) {
        int next = slots[index] + 1;
        return switch (instructions[index]) {
            case Jump jump -> OptionalInt.of(next + jump.distance());
            case Branch branch -> OptionalInt.of(next + branch.distance());
            case CallFunction call -> OptionalInt.of(next + call.distance());
            case LoadImmediate64 load when load.kind() == Immediate64.FUNCTION ->
                OptionalInt.of(next + load.low());
            default -> OptionalInt.empty();
        };
    }
}
