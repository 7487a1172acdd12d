package io.bpf4j.compiler.opt;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Operands;
import io.bpf4j.compiler.ir.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where each value is assigned and how often it is read.
 *
 * <p>A value with one assignment is as good as one of static single assignment form: a well-formed function assigns
 * before it reads, so the assignment dominates every use.
 */
final class Definitions {

    private final Map<Value, Integer> definitions = new HashMap<>();
    private final Map<Value, Integer> uses = new HashMap<>();
    private final Map<Value, Instruction> instructions = new HashMap<>();
    private final Map<Value, Integer> blocks = new HashMap<>();

    Definitions(IrFunction function) {
        function.parameters().forEach(parameter -> definitions.merge(parameter, 1, Integer::sum));
        for (Block block : function.blocks()) {
            for (Instruction instruction : block.instructions()) {
                Operands.used(instruction).forEach(this::use);
                Operands.result(instruction).ifPresent(result -> {
                    definitions.merge(result, 1, Integer::sum);
                    instructions.put(result, instruction);
                    blocks.put(result, block.id());
                });
            }
            Operands.used(block.end()).forEach(this::use);
        }
    }

    private void use(Value value) {
        uses.merge(value, 1, Integer::sum);
    }

    /** Returns whether the operand never changes: a constant, or a value that is assigned once. */
    boolean single(Operand operand) {
        return !(operand instanceof Value value) || count(value) == 1;
    }

    /** Returns the number of assignments. */
    int count(Value value) {
        return definitions.getOrDefault(value, 0);
    }

    /** Returns the number of places that read the value. */
    int uses(Value value) {
        return uses.getOrDefault(value, 0);
    }

    /** Returns the only assignment, if there is one and it is an instruction. */
    Optional<Instruction> only(Operand operand) {
        return operand instanceof Value value && count(value) == 1
                ? Optional.ofNullable(instructions.get(value))
                : Optional.empty();
    }

    /**
     * Returns the only assignment if it stands in the block.
     *
     * <p>No check of the kernel's verifier lies between two instructions of one block, so computing one from the
     * operands of the other loses no bounds.
     */
    Optional<Instruction> onlyIn(Block block, Operand operand) {
        return only(operand).filter(instruction -> blocks.get(operand) == block.id());
    }
}
