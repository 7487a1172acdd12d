package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Terminator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** A function's blocks by position and by id, and functions with other blocks. */
final class Flow {

    private Flow() {}

    /** Returns the graph of the blocks, numbered by their positions. */
    static FlowGraph of(IrFunction function) {
        Map<Integer, Integer> positions = positions(function);
        int[][] successors = new int[function.blocks().size()][];
        for (int index = 0; index < successors.length; index++) {
            int[] targets = Operands.targets(function.blocks().get(index).end());
            for (int each = 0; each < targets.length; each++) {
                targets[each] = positions.get(targets[each]);
            }
            successors[index] = targets;
        }
        return new FlowGraph(successors);
    }

    /** Returns the position of every block's id. */
    static Map<Integer, Integer> positions(IrFunction function) {
        Map<Integer, Integer> positions = new HashMap<>();
        for (int index = 0; index < function.blocks().size(); index++) {
            positions.put(function.blocks().get(index).id(), index);
        }
        return positions;
    }

    /** Returns the function with other blocks. */
    static IrFunction withBlocks(IrFunction function, List<Block> blocks) {
        return function.withBlocks(blocks);
    }

    /** Returns the function with every instruction replaced, given its block. */
    static IrFunction mapInstructions(IrFunction function,
            BiFunction<Block, Instruction, Instruction> change) {
        List<Block> blocks = new ArrayList<>();
        for (Block block : function.blocks()) {
            List<Instruction> instructions = new ArrayList<>();
            for (Instruction instruction : block.instructions()) {
                instructions.add(change.apply(block, instruction));
            }
            blocks.add(new Block(block.id(), instructions, block.end()));
        }
        return withBlocks(function, blocks);
    }

    /** Returns the function with every terminator replaced, given its block. */
    static IrFunction mapEnds(IrFunction function, BiFunction<Block, Terminator, Terminator> change) {
        return withBlocks(function, function.blocks().stream()
                .map(block -> new Block(block.id(), block.instructions(), change.apply(block, block.end())))
                .toList());
    }
}
