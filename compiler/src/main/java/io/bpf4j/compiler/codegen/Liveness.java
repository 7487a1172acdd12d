package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.MachineBlock.Step;
import io.bpf4j.compiler.opt.FlowGraph;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;

/** What is live at the end of each block: registers, or whatever else is numbered, read and assigned. */
final class Liveness {

    /** Tells what a step or an ending reads and assigns. */
    record Numbering(Function<Operation, Accesses> operations, Function<Ending, Accesses> endings) {
        static final Numbering REGISTERS = new Numbering(Accesses::of, Accesses::of);
    }

    private final Numbering numbering;
    private final List<MachineBlock> blocks;
    private final BitSet[] liveIn;
    private final BitSet[] liveOut;

    Liveness(MachineFunction function, FlowGraph flow, Numbering numbering) {
        this.numbering = numbering;
        blocks = function.blocks();
        liveIn = new BitSet[blocks.size()];
        liveOut = new BitSet[blocks.size()];
        for (int index = 0; index < liveIn.length; index++) {
            liveIn[index] = new BitSet();
            liveOut[index] = new BitSet();
        }
        solve(flow);
    }

    private void solve(FlowGraph flow) {
        int[] order = flow.order();
        BitSet[] uses = new BitSet[blocks.size()];
        BitSet[] definitions = new BitSet[blocks.size()];
        for (int index : order) {
            summarise(index, uses, definitions);
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int position = order.length - 1; position >= 0; position--) {
                int index = order[position];
                for (int next : flow.successors(index)) {
                    liveOut[index].or(liveIn[next]);
                }
                BitSet in = (BitSet) liveOut[index].clone();
                in.andNot(definitions[index]);
                in.or(uses[index]);
                if (!in.equals(liveIn[index])) {
                    liveIn[index] = in;
                    changed = true;
                }
            }
        }
    }

    private void summarise(int index, BitSet[] uses, BitSet[] definitions) {
        BitSet used = new BitSet();
        BitSet defined = new BitSet();
        walkBack(index, new BitSet(), (step, accesses, live) -> {
            for (int definition : accesses.definitions()) {
                used.clear(definition);
                defined.set(definition);
            }
            for (int use : accesses.uses()) {
                used.set(use);
            }
        });
        uses[index] = used;
        definitions[index] = defined;
    }

    /** Is called for each step, the last one first, with what is live after it; the ending comes with a null step. */
    interface Visitor {
        void visit(Step step, Accesses accesses, BitSet liveAfter);
    }

    /** Walks a block from its end to its start. */
    void walkBack(int index, Visitor visitor) {
        walkBack(index, (BitSet) liveOut[index].clone(), visitor);
    }

    private void walkBack(int index, BitSet live, Visitor visitor) {
        MachineBlock block = blocks.get(index);
        Accesses end = numbering.endings().apply(block.end());
        visitor.visit(null, end, live);
        update(live, end);
        for (int at = block.steps().size() - 1; at >= 0; at--) {
            Step step = block.steps().get(at);
            Accesses accesses = numbering.operations().apply(step.operation());
            visitor.visit(step, accesses, live);
            update(live, accesses);
        }
    }

    private static void update(BitSet live, Accesses accesses) {
        for (int definition : accesses.definitions()) {
            live.clear(definition);
        }
        for (int use : accesses.uses()) {
            live.set(use);
        }
    }
}
