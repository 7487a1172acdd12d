package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.opt.FlowGraph;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A function as machine operations.
 *
 * @param source where it comes from
 * @param blocks in the order of the bytecode; the first is the entry
 * @param registers one above the highest register number in use
 * @param nextSlot above every frame object's id
 */
record MachineFunction(IrFunction source, List<MachineBlock> blocks, int registers, int nextSlot) {

    /** The first number that is no machine register; R10 is reached through {@link Place.InFrame} only. */
    static final int FIRST_VIRTUAL = 11;

    /** Copies the list. */
    MachineFunction {
        blocks = List.copyOf(blocks);
    }

    MachineFunction withBlocks(List<MachineBlock> others) {
        return new MachineFunction(source, others, registers, nextSlot);
    }

    /** Returns the position in {@link #blocks} of every block's id. */
    Map<Integer, Integer> positions() {
        Map<Integer, Integer> positions = new HashMap<>();
        for (int index = 0; index < blocks.size(); index++) {
            positions.put(blocks.get(index).id(), index);
        }
        return positions;
    }

    /** Returns the graph of the blocks, numbered by their positions. */
    FlowGraph flow() {
        Map<Integer, Integer> positions = positions();
        int[][] successors = new int[blocks.size()][];
        for (int index = 0; index < successors.length; index++) {
            int[] targets = blocks.get(index).end().targets();
            for (int each = 0; each < targets.length; each++) {
                targets[each] = positions.get(targets[each]);
            }
            successors[index] = targets;
        }
        return new FlowGraph(successors);
    }
}
