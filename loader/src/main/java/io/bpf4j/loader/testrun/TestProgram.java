package io.bpf4j.loader.testrun;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Reference;
import java.util.List;

/**
 * A program that is attached to nothing: r1 is the address of a piece of memory that it may read and write, r2 the
 * length of that memory in bytes, and r0 its 64-bit result. Without memory both registers are 0.
 *
 * @param instructions the main function, from slot 0, then the functions that it calls
 * @param references the instructions that name maps, by rising slot
 * @param maps what the references name; each run has maps of its own
 */
public record TestProgram(List<Insn> instructions, List<Reference> references, List<MapSpec> maps) {

    /** Copies the lists. */
    public TestProgram {
        instructions = List.copyOf(instructions);
        references = List.copyOf(references);
        maps = List.copyOf(maps);
    }

    /** Makes a program without maps. */
    public TestProgram(List<Insn> instructions) {
        this(instructions, List.of(), List.of());
    }
}
