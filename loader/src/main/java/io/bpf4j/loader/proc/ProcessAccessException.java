package io.bpf4j.loader.proc;

/** The process is there, but the kernel does not let us look (another user's, or one protected against ptrace). */
public final class ProcessAccessException extends ProcessException {

    /**
     * @param pid   the process id
     * @param what  what we wanted to read, for example {@code maps}
     * @param cause the failed system call
     */
    public ProcessAccessException(int pid, String what, Throwable cause) {
        super(pid, "no permission to read %s of process %d; run as its user, or as root".formatted(what, pid),
                cause);
    }
}
