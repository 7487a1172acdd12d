package io.bpf4j.vm.engine;

import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.verify.VerifiedProgram;

/** A way to run programs; all give the same results, bit for bit, as the kernel does. */
public interface Engine {

    /** Returns the word that users choose the engine by, such as {@code interpreter}. */
    String name();

    /**
     * Makes a program ready to run, with the checks that it needs.
     *
     * @throws EngineException if the program needs what the engine does not have
     */
    Executable prepare(PreparedProgram program);

    /**
     * Makes a program that nobody has proved ready to run on a machine: every access, call depth and the number of
     * instructions are checked.
     *
     * @throws io.bpf4j.vm.isa.MalformedProgramException if its control flow makes no sense
     * @throws EngineException if the program needs what the machine or the engine does not have
     */
    default Executable prepare(Program program, Machine machine) {
        return prepare(PreparedProgram.checked(program, machine));
    }

    /**
     * Makes a program that the verifier has accepted ready to run on a machine, without the checks that the
     * proof saves.
     *
     * @throws EngineException if the program needs what the machine or the engine does not have
     */
    default Executable prepare(VerifiedProgram program, Machine machine) {
        return prepare(PreparedProgram.proved(program, machine));
    }
}
