package io.bpf4j.vm.conformance;

import java.util.Optional;

/**
 * A program and what it must do: r1 is the address of the memory, r2 its length in bytes, both 0 if there is none.
 *
 * @param name the file's path in the corpus without its extension, such as {@code arithmetic/add64_register}
 * @param description what the case shows: the comment that the file starts with
 * @param bytes the program's instructions, or bytes that are none
 * @param memory the memory before
 * @param expected what comes of it
 * @param kernelRefusal a part of the reason for which the kernel does not take the program; empty if it takes it
 */
public record ConformanceCase(String name, String description, byte[] bytes, byte[] memory,
        Expectation expected, Optional<String> kernelRefusal) {

    /** What comes of a program. */
    public sealed interface Expectation {
        /**
         * It ends.
         *
         * @param r0 its result
         * @param memory the memory afterwards
         */
        record Returns(long r0, byte[] memory) implements Expectation {}

        /**
         * It is refused, or is stopped while it runs.
         *
         * @param message a part of the message about it; empty where the case leaves it open
         */
        record Fails(Failure failure, String message) implements Expectation {}
    }

    /** Why a program is refused or stopped. */
    public enum Failure {
        /** Its bytes encode no instructions. */
        MALFORMED("malformed"),
        /** Its instructions are no program: jumps that lead nowhere, no end, a write to r10. */
        INVALID("invalid"),
        /** It accesses memory that it was not given. */
        OUT_OF_BOUNDS("out of bounds"),
        /** It does not end. */
        ENDLESS("endless"),
        /** Its calls are nested deeper than eight frames. */
        CALL_DEPTH("call depth"),
        /** It calls a helper that does not exist. */
        UNKNOWN_HELPER("unknown helper");

        private final String spelling;

        Failure(String spelling) {
            this.spelling = spelling;
        }

        /** Returns the words in a case's file. */
        public String spelling() {
            return spelling;
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
