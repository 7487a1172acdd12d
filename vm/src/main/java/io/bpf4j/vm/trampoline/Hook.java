package io.bpf4j.vm.trampoline;

import io.bpf4j.vm.x64.X64Assembler;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is to happen at a patched place.
 *
 * @param address of the instruction that carries the probe: what programs see as their instruction pointer
 * @param function the address of the function that the place is in; 0 if unknown
 * @param before what runs before the displaced instructions
 * @param after what runs when the function returns that the place is the entry of
 * @param displaced writes the displaced instructions and the way back
 * @param moment what holds at the place
 */
public record Hook(long address, long function, List<Run> before, List<Run> after,
        Consumer<X64Assembler> displaced, Moment moment) {

    /** What code may rely on at a place. */
    public enum Moment {
        /** The first instruction of a function: flags are dead, and nothing is kept below the stack pointer. */
        ENTRY(false, false),
        /** Just before a return: flags are dead, but the function's own data may lie below the stack pointer. */
        RETURN(true, false),
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
