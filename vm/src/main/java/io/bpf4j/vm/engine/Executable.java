package io.bpf4j.vm.engine;

/** A program that is ready to run, by any number of threads at a time, each with an {@link Execution} of its own. */
public interface Executable {

    /**
     * Runs the program.
     *
     * @param first R1, usually the context's address
     * @param second R2, for programs that are given the size of their memory
     * @return R0
     * @throws TrapException if the program did what it must not
     */
    long run(Execution execution, long first, long second);

    /**
     * Runs the program after a tail call, in the frame of the one that made it.
     *
     * @param context R1
     * @return R0
     * @throws TrapException if the program did what it must not
     */
    long continueRun(Execution execution, long context);

    /**
     * Runs one of the program's functions, for a helper that calls back.
     *
     * @param slot where the function starts
     * @return R0
     * @throws TrapException if the program did what it must not
     */
    long callFunction(Execution execution, int slot, long first, long second, long third, long fourth);
}
