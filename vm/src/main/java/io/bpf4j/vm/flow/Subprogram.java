package io.bpf4j.vm.flow;

/**
 * A function of a program as the bytecode has it: the slots from its entry to the next one's.
 *
 * @param start the first slot
 * @param end the slot behind the last
 */
public record Subprogram(int start, int end) {

    /** Returns whether a slot belongs to the function. */
    public boolean contains(int slot) {
        return slot >= start && slot < end;
    }
}
