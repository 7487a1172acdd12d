package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Terminator.Branch;
import io.bpf4j.compiler.ir.Terminator.Jump;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Repeats a loop's test at the end of its body, where it takes the place of the jump back to it. */
public final class RotateLoops {

    private static final int LARGEST_TEST = 4;

    private RotateLoops() {}

    /** Runs the pass. */
    public static IrFunction run(IrFunction function) {
        FlowGraph flow = Flow.of(function);
        Map<Integer, Integer> positions = Flow.positions(function);
        List<Block> blocks = new ArrayList<>();
        for (int position = 0; position < function.blocks().size(); position++) {
            Block block = function.blocks().get(position);
            if (block.end() instanceof Jump(int target, var at) && flow.reachable(position)
                    && flow.dominates(positions.get(target), position) && target != block.id()) {
                blocks.add(withTest(block, function.blocks().get(positions.get(target))));
            } else {
                blocks.add(block);
            }
        }
        return Flow.withBlocks(function, blocks);
    }

    private static Block withTest(Block body, Block test) {
        boolean small = test.instructions().size() <= LARGEST_TEST
                && test.instructions().stream().allMatch(Operands::pure);
        if (!small || !(test.end() instanceof Branch)) {
            return body;
        }
        List<Instruction> instructions = new ArrayList<>(body.instructions());
        instructions.addAll(test.instructions());
        return new Block(body.id(), instructions, test.end());
    }
}
