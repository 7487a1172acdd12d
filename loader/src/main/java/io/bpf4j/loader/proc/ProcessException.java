package io.bpf4j.loader.proc;

/** A process about which we cannot learn what we must; says which one and why. */
public sealed class ProcessException extends RuntimeException
        permits NoSuchProcessException, ProcessAccessException {

    private final int pid;

    ProcessException(int pid, String message, Throwable cause) {
        super(message, cause);
        this.pid = pid;
    }

    /** The process id that was asked for. */
    public int pid() {
        return pid;
    }
}
