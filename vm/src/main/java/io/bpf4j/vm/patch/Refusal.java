package io.bpf4j.vm.patch;

import java.util.Locale;

/**
 * Why a site cannot be patched.
 *
 * @param text one sentence, lower case, with addresses
 */
public record Refusal(long site, Reason reason, String text) implements PatchPlan {

    /** The kinds of reasons. */
    public enum Reason {
        /** No instruction begins at the site. */
        NO_INSTRUCTION,
        /** Bytes at the site or after it are no instruction: data, or something newer than the decoder. */
        UNDECODABLE,
        /** The function ends before there is room. */
        TOO_SHORT,
        /** A branch leads to an instruction after the first. */
        BRANCH_INSIDE,
        /** Jumps that are computed may lead to any instruction there. */
        COMPUTED_JUMP,
        /** A call that is not the last instruction would return into the bytes written over. */
        RETURN_INSIDE,
        /** An instruction means something else at another place. */
        UNMOVABLE,
        /** The bytes are another patch's. */
        OCCUPIED,
        /** The program has other bytes than its file. */
        FOREIGN_BYTES;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }
}
