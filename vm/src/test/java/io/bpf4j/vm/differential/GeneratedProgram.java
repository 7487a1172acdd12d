package io.bpf4j.vm.differential;

import io.bpf4j.vm.isa.Insn;
import java.util.List;

/**
 * A program that ends by itself, with no maps but {@link SampleMaps}, and what it works on.
 *
 * @param seed what it was made from
 * @param instructions the main function, then the functions that it calls
 * @param memory what R1 points to at the start; R2 is its length in bytes
 */
public record GeneratedProgram(long seed, List<Insn> instructions, byte[] memory) {

    /** Copies the list. */
    public GeneratedProgram {
        instructions = List.copyOf(instructions);
    }
}
