package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Instruction.CallFunction;
import io.bpf4j.compiler.ir.Instruction.CallHelper;
import io.bpf4j.compiler.ir.Instruction.MapReference;
import io.bpf4j.compiler.ir.Instruction.SlotAddress;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operands;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes maps and frame addresses anew right before each call that takes them, straight into the argument's register:
 * keeping one across a call would take a register and a copy.
 */
public final class RematerializeReferences {

    private final Definitions definitions;
    private final Names names;

    private RematerializeReferences(IrFunction function) {
        definitions = new Definitions(function);
        names = new Names(function);
    }

    /** Runs the pass. */
    public static IrFunction run(IrFunction function) {
        RematerializeReferences pass = new RematerializeReferences(function);
        return Flow.withBlocks(function, function.blocks().stream().map(pass::block).toList());
    }

    private Block block(Block block) {
        List<Instruction> instructions = new ArrayList<>();
        for (Instruction instruction : block.instructions()) {
            boolean call = instruction instanceof CallHelper || instruction instanceof CallFunction;
            instructions.add(call
                    ? Operands.withOperands(instruction, operand -> anew(operand, instructions))
                    : instruction);
        }
        return new Block(block.id(), instructions, block.end());
    }

    private Operand anew(Operand operand, List<Instruction> instructions) {
        Instruction made = definitions.only(operand).orElse(null);
        if (!(made instanceof MapReference || made instanceof SlotAddress)) {
            return operand;
        }
        var fresh = names.value();
        instructions.add(Operands.withResult(made, fresh));
        return fresh;
    }
}
