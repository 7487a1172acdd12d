package io.bpf4j.loader.sys;

/** Waits for any of several descriptors to become readable. One thread waits; adding is for that thread too. */
public final class Epoll implements AutoCloseable {
    private static final int MAX_EVENTS = 64;
    private static final int CLOSE_ON_EXEC = 0x80000; // EPOLL_CLOEXEC
    private static final int ADD = 1; // EPOLL_CTL_ADD
    private static final int READABLE = 1; // EPOLLIN

    private final Kernel kernel;
    private final Fd fd;
    private final NativeMemory memory;
    private final NativeMemory.Block events;

    /** Makes an empty set. */
    public Epoll(Kernel kernel) {
        this.kernel = kernel;
        this.fd = kernel.fd(kernel.call(Syscall.EPOLL_CREATE1, CLOSE_ON_EXEC, 0, 0, 0, 0, 0),
                Syscall.EPOLL_CREATE1,
                () -> "creating an epoll set");
        this.memory = new NativeMemory();
        this.events = memory.allocate(MAX_EVENTS * EpollDescriptor.LENGTH);
    }

    /** Watches {@code watched}; {@code token} tells it from the others. The caller keeps owning it. */
    public void add(Fd watched, long token) {
        try (var scratch = new NativeMemory()) {
            var event = scratch.allocate(EpollDescriptor.LENGTH);
            event.bytes().putInt(EpollDescriptor.EVENTS, READABLE).putLong(EpollDescriptor.DATA, token);
            SystemCallException.check(
                    kernel.call(Syscall.EPOLL_CTL, fd.number(), ADD, watched.number(), event.address(), 0, 0),
                    "epoll_ctl", () -> "watching " + watched);
        }
    }

    /**
     * Waits until something is readable; a signal ends the wait early.
     *
     * @param milliseconds
     *            how long at most; 0 looks only, -1 waits for ever
     * @return how many are readable, to be asked with {@link #token}
     */
    public int await(int milliseconds) {
        long count = kernel.call(Syscall.EPOLL_WAIT, fd.number(), events.address(), MAX_EVENTS, milliseconds,
                0, 0);
        if (count == -Errno.EINTR.number()) {
            return 0;
        }
        return (int) SystemCallException.check(count, "epoll_wait", () -> "waiting for events");
    }

    /** The token of the {@code index}-th readable descriptor of the last {@link #await}. */
    public long token(int index) {
        return events.bytes().getLong(index * EpollDescriptor.LENGTH + EpollDescriptor.DATA);
    }

    @Override
    public void close() {
        fd.close();
        memory.close();
    }
}
