package io.bpf4j.vm.trampoline;

import io.bpf4j.vm.patch.Detour;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is to happen on one side of a {@code syscall} instruction, which itself stays where it is: a thread that waits
 * in the call comes back right behind it, and the kernel repeats an interrupted call by going back to it, whether
 * there is a patch or not.
 *
 * @param site the address of the instruction
 * @param side whether the programs run before or after it
 * @param number the call's number, if it is always the same one here
 * @param runs the programs, with the number that they are for
 * @param detour on {@link Side#ENTER} of instructions before the call, on {@link Side#EXIT} of those behind it
 * @param flags whether flags may be in use there
 * @param entered whether control may come behind the call otherwise than from the call
 */
public record SystemCallHook(long site, Side side, OptionalInt number, List<Selected> runs, Detour detour,
        boolean flags, boolean entered) {

    /** The bytes of the instruction. */
    public static final int INSTRUCTION_BYTES = 2;

    /** On which side of the call. */
    public enum Side {
        ENTER,
        EXIT
    }

    /**
     * A program for all calls, or for one.
     *
     * @param call the number of the only call that it is for; empty for all
     */
    public record Selected(Run run, OptionalInt call) {}

    /** Copies the list. */
    public SystemCallHook {
        runs = List.copyOf(runs);
    }

    /** Returns where the thread goes on when the kernel is done. */
    long next() {
        return site + INSTRUCTION_BYTES;
    }

    boolean atExit() {
        return side == Side.EXIT;
    }
}
