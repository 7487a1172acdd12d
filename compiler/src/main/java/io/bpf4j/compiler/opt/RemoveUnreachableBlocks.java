package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.IrFunction;
import java.util.List;
import java.util.stream.IntStream;

/** Removes the blocks that nothing leads to, which the kernel refuses (kernel/bpf/cfg.c and verifier.c, check_cfg). */
public final class RemoveUnreachableBlocks {

    private RemoveUnreachableBlocks() {}

    /** Runs the pass. */
    public static IrFunction run(IrFunction function) {
        FlowGraph flow = Flow.of(function);
        List<Block> blocks = IntStream.range(0, function.blocks().size()).filter(flow::reachable)
                .mapToObj(function.blocks()::get).toList();
        return Flow.withBlocks(function, blocks);
    }
}
