package io.bpf4j.vm.program;

import io.bpf4j.vm.isa.Register;

/**
 * What the source calls a value, as the compiler knows it.
 *
 * @param name of the variable
 * @param slot the instruction that puts the value into a register; for a place in the frame, where its function starts
 * @param place where the value is
 */
public record NamedValue(String name, int slot, Place place) {
    /** Returns the same in a program in which the instruction is so many slots further on. */
    public NamedValue movedBy(int slots) {
        return new NamedValue(name, slot + slots, place);
    }

    /** Where a value is. */
    public sealed interface Place {}

    /** A register, from the instruction on. */
    public record InRegister(Register register) implements Place {}

    /**
     * Bytes of the frame, all through the function.
     *
     * @param offset from R10, negative
     * @param size in bytes
     */
    public record InFrame(int offset, int size) implements Place {}
}
