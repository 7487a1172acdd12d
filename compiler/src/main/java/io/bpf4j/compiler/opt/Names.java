package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Value;

/** Gives out values and block ids that a function does not use yet. */
public final class Names {

    private int nextValue;
    private int nextBlock;

    /** Starts above everything in the function. */
    public Names(IrFunction function) {
        function.parameters().forEach(this::see);
        for (Block block : function.blocks()) {
            nextBlock = Math.max(nextBlock, block.id() + 1);
            for (Instruction instruction : block.instructions()) {
                Operands.result(instruction).ifPresent(this::see);
                Operands.used(instruction).forEach(this::see);
            }
            Operands.used(block.end()).forEach(this::see);
        }
    }

    private void see(Value value) {
        nextValue = Math.max(nextValue, value.id() + 1);
    }

    /** Returns a new value. */
    public Value value() {
        return new Value(nextValue++);
    }

    /** Returns a new block id. */
    public int block() {
        return nextBlock++;
    }
}
