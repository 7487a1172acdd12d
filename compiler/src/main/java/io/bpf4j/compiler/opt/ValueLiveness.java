package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Value;
import java.util.BitSet;

/** Which values are still read after the end of each block; a value's id is its number. */
final class ValueLiveness {

    private final BitSet[] liveOut;

    ValueLiveness(IrFunction function) {
        FlowGraph flow = Flow.of(function);
        int[] order = flow.order();
        int count = function.blocks().size();
        liveOut = new BitSet[count];
        BitSet[] liveIn = new BitSet[count];
        for (int index = 0; index < count; index++) {
            liveOut[index] = new BitSet();
            liveIn[index] = new BitSet();
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int position = order.length - 1; position >= 0; position--) {
                int index = order[position];
                for (int next : flow.successors(index)) {
                    liveOut[index].or(liveIn[next]);
                }
                BitSet live = before(function.blocks().get(index), (BitSet) liveOut[index].clone());
                if (!live.equals(liveIn[index])) {
                    liveIn[index] = live;
                    changed = true;
                }
            }
        }
    }

    private static BitSet before(Block block, BitSet live) {
        Operands.used(block.end()).forEach(value -> live.set(value.id()));
        for (Instruction instruction : block.instructions().reversed()) {
            step(instruction, live);
        }
        return live;
    }

    /** Turns what is live after an instruction into what is live before it. */
    static void step(Instruction instruction, BitSet live) {
        Operands.result(instruction).ifPresent(result -> live.clear(result.id()));
        for (Value value : Operands.used(instruction)) {
            live.set(value.id());
        }
    }

    /** Returns the numbers of the values that are live at the end of the block at a position. */
    BitSet liveOut(int position) {
        return (BitSet) liveOut[position].clone();
    }
}
