package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.IrFunction;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Puts blocks behind those that lead to them, so that few jumps are left: loops stay together, and the side of a
 * branch that joins the other comes first.
 */
public final class OrderBlocks {

    private final FlowGraph flow;
    private final BitSet placed = new BitSet();
    private final List<Integer> waiting = new ArrayList<>();
    private final List<Integer> order = new ArrayList<>();

    private OrderBlocks(FlowGraph flow) {
        this.flow = flow;
    }

    /** Runs the pass; the blocks must all be reachable. */
    public static IrFunction run(IrFunction function) {
        OrderBlocks pass = new OrderBlocks(Flow.of(function));
        pass.waiting.add(0);
        while (!pass.waiting.isEmpty()) {
            pass.chain(pass.takeWaiting());
        }
        List<Block> blocks = pass.order.stream().map(function.blocks()::get).toList();
        return Flow.withBlocks(function, blocks);
    }

    /** Takes the deepest in loops, of those the one that was found last. */
    private int takeWaiting() {
        int best = waiting.size() - 1;
        for (int index = best; index >= 0; index--) {
            if (flow.depth(waiting.get(index)) > flow.depth(waiting.get(best))) {
                best = index;
            }
        }
        return waiting.remove(best);
    }

    private void chain(int start) {
        int block = placed.get(start) ? -1 : start;
        while (block >= 0) {
            placed.set(block);
            order.add(block);
            int next = -1;
            for (int target : flow.successors(block)) {
                if (placed.get(target)) {
                    continue;
                }
                if (next < 0 || better(target, next)) {
                    next = target;
                }
                waiting.add(target);
            }
            block = next;
        }
    }

    private boolean better(int candidate, int than) {
        if (flow.depth(candidate) != flow.depth(than)) {
            return flow.depth(candidate) > flow.depth(than);
        }
        if (leadsTo(candidate, than) != leadsTo(than, candidate)) {
            return leadsTo(candidate, than);
        }
        boolean leaves = flow.successors(than).length == 0;
        boolean candidateLeaves = flow.successors(candidate).length == 0;
        return leaves == candidateLeaves || leaves;
    }

    private boolean leadsTo(int from, int to) {
        for (int target : flow.successors(from)) {
            if (target == to) {
                return true;
            }
        }
        return false;
    }
}
