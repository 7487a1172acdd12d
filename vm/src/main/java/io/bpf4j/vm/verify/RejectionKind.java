package io.bpf4j.vm.verify;

/** Why a program is rejected. */
public enum RejectionKind {
    /** Its control flow makes no sense: a jump out of it, code that nothing reaches, no exit, recursion. */
    STRUCTURE,
    /** A register is used before it has a value, or after a call took it. */
    UNINITIALISED,
    /** Memory is accessed through what is not an address. */
    NOT_A_POINTER,
    /** A pointer is used that may be null. */
    MAYBE_NULL,
    /** An access is, or may be, outside of what the pointer points to. */
    OUT_OF_BOUNDS,
    /** An access of the stack outside of the function's 512 bytes. */
    STACK_BOUNDS,
    /** All active functions together use too much stack, or there are too many. */
    STACK_DEPTH,
    /** An access that is not aligned as it must be. */
    MISALIGNED,
    /** A write to what may only be read. */
    READ_ONLY,
    /** An access of the context that its program type does not have. */
    CONTEXT,
    /** Arithmetic that an address must not go through. */
    POINTER_ARITHMETIC,
    /** A division or shift by a constant that makes no sense. */
    ARITHMETIC,
    /** A helper that does not exist, or not for this program type or licence. */
    HELPER,
    /** An argument that a helper does not take. */
    ARGUMENT,
    /** A reference that is not given back, or twice. */
    REFERENCE,
    /** A result that the program type or a helper does not take. */
    RETURN_VALUE,
    /** A loop that changes nothing and so never ends. */
    INFINITE_LOOP,
    /** More steps than the verifier is willing to walk. */
    TOO_COMPLEX,
    /** An address would be told to whom it must not be. */
    POINTER_LEAK,
    /** A reference to a map that does not exist, or a map that does not fit. */
    MAP,
    /** Something that no engine in user space has. */
    UNSUPPORTED
}
