package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.MachineBlock.Step;
import io.bpf4j.compiler.codegen.Operation.Move;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Puts machine registers in place of virtual ones: colours, spills what does not fit, and colours again. */
final class RegisterAllocator {

    private RegisterAllocator() {}

    static MachineFunction allocate(MachineFunction function) {
        Spiller spiller = new Spiller(function);
        while (true) {
            Coloring coloring = new Coloring(new InterferenceGraph(spiller.function()),
                    spiller.unspillable());
            List<BitSet> spilled = coloring.spilled();
            if (spilled.isEmpty()) {
                return SpillSlots.share(rewrite(spiller.function(), coloring), spiller.slots());
            }
            spilled.forEach(spiller::spill);
        }
    }

    private static MachineFunction rewrite(MachineFunction function, Coloring coloring) {
        Renamer renamer = new Renamer() {
            @Override
            public int use(int register) {
                return register < MachineFunction.FIRST_VIRTUAL ? register : coloring.colour(register);
            }

            @Override
            public int define(int register) {
                return use(register);
            }

            @Override
            public int update(int register) {
                return use(register);
            }
        };
        List<MachineBlock> blocks = new ArrayList<>();
        for (MachineBlock block : function.blocks()) {
            List<Step> steps = new ArrayList<>();
            for (Step step : block.steps()) {
                Operation renamed = step.operation().rename(renamer);
                if (!(renamed instanceof Move(int dst, int src) && dst == src)) {
                    steps.add(step.with(renamed));
                }
            }
            blocks.add(block.withSteps(steps).withEnd(block.end().rename(renamer)));
        }
        return function.withBlocks(blocks);
    }
}
