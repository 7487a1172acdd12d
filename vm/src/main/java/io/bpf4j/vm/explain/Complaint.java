package io.bpf4j.vm.explain;

import java.util.Optional;

/**
 * What is wrong with an instruction, in the machine's words: registers are {@code r0} to {@code r10}.
 *
 * @param reason one lower-case sentence
 * @param hint what to do; may be empty. "the index" in it stands for what {@code varies} is about
 * @param register the number of the register to blame, or -1
 * @param holds what is known of it in words, such as {@code 0..65535}; empty if nothing is
 * @param space the memory that an access leaves, where that is what is wrong
 * @param original the kernel's words; empty if it is not the one that complains
 */
public record Complaint(String reason, String hint, int register, String holds, Optional<Space> space,
        String original) {

    /**
     * The memory that an access leaves.
     *
     * @param memory what it is, and where the access starts at the least
     * @param size of the whole memory, in bytes
     * @param varies the range, in words, of what is not constant: the size if {@code bySize}, else what is added to
     *        the address; empty if everything is constant
     */
    public record Space(Memory memory, int size, String varies, boolean bySize) {}

    /** Makes a complaint that is not about bounds. */
    public Complaint(String reason, String hint, int register, String holds) {
        this(reason, hint, register, holds, Optional.empty(), "");
    }
}
