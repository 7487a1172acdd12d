package io.bpf4j.loader.inject;

/**
 * The instructions that a borrowed thread runs. At their start it makes a system call for us; a function called by us
 * returns behind that. Both ways end in rt_sigreturn(2) on a {@link ReturnFrame}: the tracer stops the thread before,
 * and if there is no tracer any more, it goes on where it was.
 */
final class CarrierStub {
    /** Offset of the instruction behind the system call, where a function returns to. */
    static final int AFTER_CALL = 2;
    /** Number of rt_sigreturn(2). */
    static final int SIGNAL_RETURN = 15;

    private CarrierStub() {}

    /** Returns the instructions, which may lie anywhere. */
    static byte[] code() {
        return new byte[]{ //
            0x0f, 0x05, // syscall
            0x48, (byte) 0x89, (byte) 0xc7, // mov rdi, rax: keeps a function's result for the tracer
            0x6a, SIGNAL_RETURN, 0x58, // push 15; pop rax
            0x0f, 0x05}; // syscall
    }
}
