package io.bpf4j.loader.inject;

/** Something could not be done to a process; the message says what, why and what would help. */
public final class InjectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What stands in the way. */
    public enum Reason {
        /** The process is not there, or has gone meanwhile. */
        NO_SUCH_PROCESS,
        /** It has ended, and only its parent has not noticed. */
        ZOMBIE,
        /** The kernel does not let this user. */
        NOT_PERMITTED,
        /** A debugger, strace or another bpf4j holds it. */
        ALREADY_TRACED,
        /** It has no user code. */
        KERNEL_THREAD,
        /** It runs 32-bit code. */
        NOT_64_BIT,
        /** It is this very process, or a child that this JVM waits for. */
        OWN_PROCESS,
        /** A thread waits in the kernel where nothing interrupts it. */
        NOT_STOPPABLE,
        /** A filter of system calls would kill it for ours. */
        SECCOMP,
        /** There is no free memory where it is needed. */
        NO_ROOM,
        /** A call made in it failed, faulted, or did not come back. */
        CALL_FAILED,
        /** Its memory is not there, or not to be read or written. */
        BAD_MEMORY
    }

    private final Reason reason;

    public InjectException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** What stands in the way. */
    public Reason reason() {
        return reason;
    }
}
