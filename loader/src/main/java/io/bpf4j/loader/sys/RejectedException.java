package io.bpf4j.loader.sys;

/** The kernel's verifier refused a program or BTF, and said why. */
public final class RejectedException extends SystemCallException {
    private static final long serialVersionUID = 1L;

    private final String log;

    /**
     * @param call
     *            the call's name
     * @param errno
     *            what the kernel answered
     * @param detail
     *            what was wanted
     * @param log
     *            the log; empty when the kernel refused before its verifier began
     */
    public RejectedException(String call, Errno errno, String detail, String log) {
        super(call, errno, detail);
        this.log = log;
    }

    /** What the verifier wrote, of more than 16 MiB the first and the last one; lines end in a newline. */
    public String log() {
        return log;
    }
}
