package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Base;
import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Terminator;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Width;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Moves the slots that the frame has no room for to memory behind a pointer. */
final class ScratchPlacement {
    /** Slots above this size go first: they are rarely worth the room that registers could be spilled to. */
    private static final int LARGE = 128;

    private final Map<Slot, Integer> offsets = new LinkedHashMap<>();
    private int size;

    /**
     * Chooses.
     *
     * @param budget bytes that may stay in the frame
     */
    ScratchPlacement(SlotPool pool, int budget) {
        int left = pool.all().stream().mapToInt(Slot::size).sum();
        List<Slot> candidates = pool.all().stream()
                .filter(slot -> slot.size() > Long.BYTES && !pool.isPinned(slot))
                .sorted(Comparator.comparingInt(Slot::size).reversed().thenComparingInt(Slot::id))
                .toList();
        if (left <= budget) {
            return;
        }
        for (Slot slot : candidates) {
            if (slot.size() > LARGE || left > budget) {
                offsets.put(slot, size);
                size += slot.size();
                left -= slot.size();
            }
        }
    }

    boolean isEmpty() {
        return offsets.isEmpty();
    }

    /** Returns what was moved. */
    Set<Slot> moved() {
        return offsets.keySet();
    }

    /** Returns the bytes that are needed behind the pointer. */
    int size() {
        return size;
    }

    /**
     * Rewrites code.
     *
     * @param entry the register that points to an entry of the scratch map, which is given back at every exit
     */
    List<Block> apply(List<Block> blocks, Value entry) {
        List<Block> moved = new ArrayList<>();
        for (Block block : blocks) {
            List<Instruction> instructions = new ArrayList<>();
            block.instructions().forEach(instruction -> instructions.add(rewrite(instruction, entry)));
            if (block.end() instanceof Terminator.Return exit) {
                instructions.add(
                        new Instruction.Store(Width.DOUBLE, entry, 0, Operand.constant(0), exit.at()));
            }
            moved.add(new Block(block.id(), instructions, block.end()));
        }
        return moved;
    }

    private Instruction rewrite(Instruction instruction, Value entry) {
        return switch (instruction) {
            case Instruction.Load load when isMoved(load.base()) -> new Instruction.Load(load.result(),
                    load.width(), load.signed(), entry, offset(load.base()) + load.offset(), load.at());
            case Instruction.Store store when isMoved(store.base()) -> new Instruction.Store(store.width(),
                    entry, offset(store.base()) + store.offset(), store.value(), store.at());
            case Instruction.Atomic atomic when isMoved(atomic.base()) ->
                new Instruction.Atomic(atomic.result(),
                        atomic.operation(), atomic.width(), entry, offset(atomic.base()) + atomic.offset(),
                        atomic.operand(), atomic.expected(), atomic.at());
            case Instruction.SlotAddress address when isMoved(address.slot()) -> new Instruction.Binary(
                    address.result(), AluOperation.ADD, true, entry,
                    Operand.constant(offset(address.slot()) + address.offset()), address.at());
            default -> instruction;
        };
    }

    private boolean isMoved(Base base) {
        return base instanceof Slot slot && offsets.containsKey(slot);
    }

    private int offset(Base base) {
        return UnitState.SCRATCH_BYTES_OFFSET + offsets.get((Slot) base);
    }
}
