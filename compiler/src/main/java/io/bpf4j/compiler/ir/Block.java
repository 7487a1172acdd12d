package io.bpf4j.compiler.ir;

import java.util.List;

/** A run of instructions that is entered at its start and left at its end. */
public record Block(int id, List<Instruction> instructions, Terminator end) {

    /** Copies the list. */
    public Block {
        instructions = List.copyOf(instructions);
    }
}
