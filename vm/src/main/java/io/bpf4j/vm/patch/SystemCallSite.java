package io.bpf4j.vm.patch;

import java.util.OptionalInt;

/**
 * A {@code syscall} instruction and what can be done in front of it. The instruction itself stays where it is: a thread
 * that waits in the call comes back behind it, and the kernel starts an interrupted call again by going back to it.
 *
 * @param number the call's number, if it is a constant
 * @param plan a jump over instructions before the call, whose detour has the call as its site and ends there; or why
 *        there is none
 */
public record SystemCallSite(long address, Kind kind, OptionalInt number, PatchPlan plan) {

    /** Where there is room for a jump. */
    public enum Kind {
        /** In {@code mov eax, number} right before the call. */
        NUMBER_BEFORE,
        /** In other instructions before the call. */
        BEFORE,
        /** In the call and the instructions after it only, which would mean to move threads that wait in it. */
        ONLY_AFTER,
        /** Nowhere. */
        NONE,
        /** The number is not constant, and what is around looks like a table among the code: it is left alone. */
        DOUBTFUL,
        /** The return from a signal handler, whose bytes unwinders look for; it is left alone. */
        SIGNAL_RETURN
    }
}
