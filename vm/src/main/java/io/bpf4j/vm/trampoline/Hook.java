package io.bpf4j.vm.trampoline;

import io.bpf4j.vm.patch.Detour;
import java.util.List;

/**
 * What is to happen at a patched place.
 *
 * @param address of the instruction that carries the probe: what programs see as their instruction pointer
 * @param function the address of the function that the place is in; 0 if unknown
 * @param before what runs before the instruction at the place
 * @param after what runs when the function returns that the place is the entry of
 * @param detour what becomes of the instructions that give way
 * @param moment what holds at the place
 */
public record Hook(long address, long function, List<Run> before, List<Run> after,
        Detour detour, Moment moment) {

    /** What code may rely on at a place. */
    public enum Moment {
        /** The first instruction of a function: flags are dead, and nothing is kept below the stack pointer. */
        ENTRY(false, false),
        /** The return from a function: flags are dead, and so is what it kept below the stack pointer. */
        RETURN(false, false),
        /** Anywhere: flags may be live, and data may lie below the stack pointer. */
        INSIDE(true, true);

        private final boolean redZone;
        private final boolean flags;

        Moment(boolean redZone, boolean flags) {
            this.redZone = redZone;
            this.flags = flags;
        }

        /** Returns whether the 128 bytes below the stack pointer may be in use. */
        boolean redZone() {
            return redZone;
        }

        /** Returns whether the flags may be in use. */
        boolean flags() {
            return flags;
        }
    }

    /** Copies the lists. */
    public Hook {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }
}
