package io.bpf4j.vm.verify;

/** What the verifier says. */
public sealed interface Verdict permits VerifiedProgram, Rejection {

    /** Returns what it took to say so. */
    Statistics statistics();

    /**
     * What a verification took.
     *
     * @param instructions how many instructions were walked, over all paths
     * @param states how many states were kept to compare with
     * @param peakStates how many at a time at most
     * @param nanoseconds how long it took
     */
    record Statistics(long instructions, int states, int peakStates, long nanoseconds) {}
}
