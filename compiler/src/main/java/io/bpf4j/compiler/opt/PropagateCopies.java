package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Instruction.Copy;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what was copied in place of the copy, as long as both still hold the same. */
public final class PropagateCopies {

    private final Map<Value, Operand> everywhere = new HashMap<>();
    private final Map<Value, Operand> here = new HashMap<>();

    private PropagateCopies() {}

    /** Runs the pass. */
    public static IrFunction run(IrFunction function) {
        PropagateCopies pass = new PropagateCopies();
        Definitions definitions = new Definitions(function);
        for (Block block : function.blocks()) {
            for (Instruction instruction : block.instructions()) {
                if (instruction instanceof Copy(var result, var source, var at) && definitions.single(result)
                        && definitions.single(source)) {
                    pass.everywhere.put(result, source);
                }
            }
        }
        return Flow.withBlocks(function, function.blocks().stream().map(pass::block).toList());
    }

    private Block block(Block block) {
        here.clear();
        List<Instruction> instructions = new ArrayList<>();
        for (Instruction instruction : block.instructions()) {
            Instruction changed = Operands.withOperands(instruction, this::original);
            instructions.add(changed);
            Operands.result(changed).ifPresent(result -> {
                here.remove(result);
                here.values().removeIf(result::equals);
                if (changed instanceof Copy copy && !copy.source().equals(result)) {
                    here.put(result, copy.source());
                }
            });
        }
        return new Block(block.id(), instructions, Operands.withOperands(block.end(), this::original));
    }

    private Operand original(Operand operand) {
        Operand at = operand;
        while (at instanceof Value value) {
            Operand next = here.getOrDefault(value, everywhere.get(value));
            if (next == null || next.equals(operand)) {
                return at;
            }
            at = next;
        }
        return at;
    }
}
