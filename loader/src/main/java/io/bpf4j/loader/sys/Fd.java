package io.bpf4j.loader.sys;

import java.util.concurrent.atomic.AtomicInteger;

/** An open file descriptor of this process, owned by whoever holds this object. Closing twice does nothing. */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;

    private final Kernel kernel;
    private final AtomicInteger number;

    /** Takes ownership of {@code number}. */
    public Fd(Kernel kernel, int number) {
        if (number < 0) {
            throw new IllegalArgumentException("file descriptor must not be negative, was " + number);
        }
        this.kernel = kernel;
        this.number = new AtomicInteger(number);
    }

    /**
     * The descriptor's number.
     *
     * @throws IllegalStateException
     *             after {@link #close}
     */
    public int number() {
        int open = number.get();
        if (open == CLOSED) {
            throw new IllegalStateException("file descriptor is closed");
        }
        return open;
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /** Closes the descriptor; the kernel frees it whatever close(2) answers, so there is no error to report. */
    @Override
    public void close() {
        int open = number.getAndSet(CLOSED);
        if (open != CLOSED) {
            kernel.call(Syscall.CLOSE, open, 0, 0, 0, 0, 0);
        }
    }

    @Override
    public String toString() {
        int open = number.get();
        return open == CLOSED ? "fd (closed)" : "fd " + open;
    }
}
