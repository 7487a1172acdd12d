package io.bpf4j.vm.program;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.Insn;
import java.util.List;

/**
 * One probe's bytecode: what is loaded, verified and run as a whole.
 *
 * @param name at most 15 characters are shown by the kernel
 * @param instructions the main function, then the functions that it calls
 * @param references the instructions that name maps, by rising slot
 * @param functions by rising slot; the first is the program itself
 * @param lines by rising slot
 * @param names what the source calls the values in registers and in the frame, as far as the compiler tells
 */
public record Program(String name, ProgramType type, AttachSpec attach, List<Insn> instructions,
        List<Reference> references, List<Function> functions, List<SourceLine> lines,
        List<NamedValue> names) {

    /** Copies the lists. */
    public Program {
        instructions = List.copyOf(instructions);
        references = List.copyOf(references);
        functions = List.copyOf(functions);
        lines = List.copyOf(lines);
        names = List.copyOf(names);
    }

    /** Makes a program of which nobody knows the names of values. */
    public Program(String name, ProgramType type, AttachSpec attach, List<Insn> instructions,
            List<Reference> references, List<Function> functions, List<SourceLine> lines) {
        this(name, type, attach, instructions, references, functions, lines, List.of());
    }

    /** Returns the number of 64-bit slots. */
    public int slots() {
        return instructions.stream().mapToInt(Insn::slots).sum();
    }

    /** Finds the source of an instruction: the last entry at or before its slot; null if there is none. */
    public SourceLine lineAt(int slot) {
        SourceLine found = null;
        for (SourceLine line : lines) {
            if (line.slot() > slot) {
                break;
            }
            found = line;
        }
        return found;
    }
}
