package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.x64.Memory;

/**
 * The block that generated code reaches through r12; all numbers are 64 bits wide.
 *
 * <pre>
 *   0  R1 to R5: arguments of the function to enter, or of a call to the host
 *  40  R10: the frame pointer, at the same times
 *  48  the address of the function to enter; afterwards its result
 *  56  the stack pointer to return to after a trap
 *  64  what the host is asked: a {@link Request}'s ordinal, and in the upper half its operand
 *  72  where the host was asked from: a return address in generated code
 *  80  the address that the host is asked about
 *  88  what the host answers: 0, or 1 to end the run
 *  96  the address to call to ask the host, with the block's address in rdi
 * 104  the address behind the stack: R10 of the main function
 * 112  the lowest frame pointer that a function may have
 * 120  the context's address
 * 128  its size in bytes
 * 136  its size in bytes if it may be written, else 0
 * 144  the instructions that the run may still take
 * </pre>
 */
public enum Control {
    ARGUMENTS(0),
    FRAME(40),
    FUNCTION(48),
    STACK_POINTER(56),
    REQUEST(64),
    WHERE(72),
    ADDRESS(80),
    ANSWER(88),
    HOST(96),
    STACK_TOP(104),
    LOWEST_FRAME(112),
    CONTEXT(120),
    CONTEXT_SIZE(128),
    WRITABLE_SIZE(136),
    BUDGET(144);

    /** The size of the block in bytes. */
    public static final int BYTES = 256;

    private final int offset;

    Control(int offset) {
        this.offset = offset;
    }

    /** Returns where the number is, in bytes from the start of the block. */
    public int offset() {
        return offset;
    }

    /** Returns the operand for generated code. */
    Memory operand() {
        return Memory.at(Registers.CONTROL, offset);
    }

    /** What generated code asks the host for. */
    public enum Request {
        /** Call a helper; the operand is its number. */
        HELPER,
        /** Make a tail call. */
        TAIL_CALL,
        /** Check a read; the operand is the number of bytes. */
        READ,
        /** Check a write; the operand is the number of bytes. */
        WRITE,
        /** Check an atomic access; the operand is the number of bytes. */
        ATOMIC,
        /** End the run: the budget is used up. */
        BUDGET,
        /** End the run: too many functions are active. */
        CALL_DEPTH,
        /** End the run: a function that is called does not exist. */
        UNKNOWN_FUNCTION
    }
}
