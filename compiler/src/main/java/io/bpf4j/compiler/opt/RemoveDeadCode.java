package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Instruction.Copy;
import io.bpf4j.compiler.ir.Instruction.Load;
import io.bpf4j.compiler.ir.Instruction.SlotAddress;
import io.bpf4j.compiler.ir.Instruction.Store;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Slot;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Removes what only computes a result that nobody reads, and stores to slots that nothing reads. */
public final class RemoveDeadCode {

    private RemoveDeadCode() {}

    /** Runs the pass. */
    public static IrFunction run(IrFunction function) {
        ValueLiveness liveness = new ValueLiveness(function);
        Set<Slot> read = readSlots(function);
        List<Block> blocks = new ArrayList<>();
        for (int position = 0; position < function.blocks().size(); position++) {
            Block block = function.blocks().get(position);
            BitSet live = liveness.liveOut(position);
            Operands.used(block.end()).forEach(value -> live.set(value.id()));
            List<Instruction> kept = new ArrayList<>();
            for (Instruction instruction : block.instructions().reversed()) {
                if (!dead(instruction, live, read)) {
                    kept.add(instruction);
                    ValueLiveness.step(instruction, live);
                }
            }
            Collections.reverse(kept);
            blocks.add(new Block(block.id(), kept, block.end()));
        }
        return Flow.withBlocks(function, blocks);
    }

    private static boolean dead(Instruction instruction, BitSet live, Set<Slot> read) {
        if (instruction instanceof Store store) {
            return store.base() instanceof Slot slot && !read.contains(slot);
        }
        if (instruction instanceof Copy copy && copy.source().equals(copy.result())) {
            return true;
        }
        return Operands.pure(instruction)
                && Operands.result(instruction).filter(result -> !live.get(result.id())).isPresent();
    }

    /** A slot whose address is taken may be read by whoever gets it. */
    private static Set<Slot> readSlots(IrFunction function) {
        Set<Slot> read = new HashSet<>();
        for (Block block : function.blocks()) {
            for (Instruction instruction : block.instructions()) {
                switch (instruction) {
                    case Load load when load.base() instanceof Slot slot -> read.add(slot);
                    case SlotAddress address -> read.add(address.slot());
                    case Instruction.Atomic atomic when atomic.base() instanceof Slot slot -> read.add(slot);
                    default -> {
                        /* reads no slot */ }
                }
            }
        }
        return read;
    }
}
