package io.bpf4j.loader.sys;

import java.util.function.Supplier;

/** A system call that failed: which one, with what error, and what it was wanted for. */
public class SystemCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int MAX_ERRNO = 4095;

    private final Errno errno;
    private final String call;

    /**
     * @param call
     *            the call's name, with its command where it has one: {@code bpf(MAP_CREATE)}
     * @param errno
     *            what the kernel answered
     * @param detail
     *            what was wanted, in a few words: {@code creating map "events"}
     */
    public SystemCallException(String call, Errno errno, String detail) {
        super(detail + ": " + call + " failed with " + errno);
        this.errno = errno;
        this.call = call;
    }

    /**
     * Passes a good result on.
     *
     * @param result
     *            what {@link Kernel#call} returned
     * @param call
     *            the call's name
     * @param detail
     *            what was wanted; asked for only after a failure
     * @throws SystemCallException
     *             if {@code result} is a negated error number
     */
    public static long check(long result, String call, Supplier<String> detail) {
        if (isError(result)) {
            throw new SystemCallException(call, errnoOf(result), detail.get());
        }
        return result;
    }

    /** Whether a result is a negated error number: -4095 to -1, as in include/linux/err.h, IS_ERR_VALUE. */
    public static boolean isError(long result) {
        return result < 0 && result >= -MAX_ERRNO;
    }

    /** The error in a result for which {@link #isError} holds. */
    public static Errno errnoOf(long result) {
        return Errno.of((int) -result);
    }

    /** What the kernel answered. */
    public Errno errno() {
        return errno;
    }

    /** The call's name, with its command where it has one. */
    public String call() {
        return call;
    }
}
