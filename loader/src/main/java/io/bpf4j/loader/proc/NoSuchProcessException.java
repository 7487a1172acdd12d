package io.bpf4j.loader.proc;

/** There is no such process, or not any more. */
public final class NoSuchProcessException extends ProcessException {

    /** @param pid the process id that was asked for */
    public NoSuchProcessException(int pid) {
        this(pid, "no process with pid " + pid);
    }

    NoSuchProcessException(int pid, String message) {
        super(pid, message, null);
    }
}
