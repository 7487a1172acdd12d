package io.bpf4j.vm.engine;

import io.bpf4j.vm.program.Program;

/** A way to run programs; all give the same results, bit for bit, as the kernel does. */
public interface Engine {

    /** Returns the word that users choose the engine by, such as {@code interpreter}. */
    String name();

    /**
     * Makes a program ready to run on a machine.
     *
     * @throws io.bpf4j.vm.isa.MalformedProgramException if its control flow makes no sense
     * @throws EngineException if the program needs what the machine or the engine does not have
     */
    Executable prepare(Program program, Machine machine, Checking checking);
}
