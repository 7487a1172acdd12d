package io.bpf4j.loader.event;

import io.bpf4j.loader.sys.Epoll;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.NativeMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * Waits for records of several sources on one thread; {@link #wake} ends the wait from any other.
 *
 * <pre>{@code
 * try (var poller = new EventPoller(kernel)) {
 *     poller.add(ring, (data, offset, length) -> ...);
 *     while (running) {
 *         poller.poll(1000);
 *     }
 * }
 * }</pre>
 */
public final class EventPoller implements AutoCloseable {
    private static final int WAKE_TOKEN = 0;

    private final Kernel kernel;
    private final Epoll epoll;
    private final Fd waker;
    private final NativeMemory memory = new NativeMemory();
    private final NativeMemory.Block one = memory.allocate(Long.BYTES);
    private final NativeMemory.Block counted = memory.allocate(Long.BYTES);
    private final List<Subscription> subscriptions = new ArrayList<>();
    private boolean open = true;

    private record Subscription(EventSource source, RecordHandler handler) {}

    /** Makes a poller of nothing. */
    public EventPoller(Kernel kernel) {
        this.kernel = kernel;
        one.bytes().putLong(0, 1);
        waker = kernel.eventCounter();
        try {
            epoll = new Epoll(kernel);
        } catch (RuntimeException e) {
            waker.close();
            throw e;
        }
        epoll.add(waker, WAKE_TOKEN);
    }

    /** Polls {@code source} too, which stays the caller's and must outlive this poller. */
    public void add(EventSource source, RecordHandler handler) {
        subscriptions.add(new Subscription(source, handler));
        for (var fd : source.descriptors()) {
            epoll.add(fd, subscriptions.size());
        }
    }

    /**
     * Passes on what is there; if nothing is, waits for it.
     *
     * @param milliseconds
     *            how long to wait at most; 0 does not wait, -1 waits for ever
     * @return how many records were passed on; 0 after a timeout, a signal or {@link #wake}
     */
    public int poll(int milliseconds) {
        // First without waiting: a program may report without waking anybody (BPF_RB_NO_WAKEUP), and a record that came
        // while the last drain ended may not have woken us.
        int count = drain();
        if (count > 0) {
            return count;
        }
        int ready = epoll.await(milliseconds);
        for (int i = 0; i < ready; i++) {
            if (epoll.token(i) == WAKE_TOKEN) {
                kernel.read(waker, counted, () -> "resetting a wake-up");
            }
        }
        return drain();
    }

    /** Passes on what is there now, without waiting. */
    public int drain() {
        int count = 0;
        for (var subscription : subscriptions) {
            count += subscription.source().drain(subscription.handler());
        }
        return count;
    }

    /** Makes the current or, if there is none, the next waiting {@link #poll} return. From any thread, at any time. */
    public synchronized void wake() {
        if (open) {
            kernel.write(waker, one, () -> "waking an event poller");
        }
    }

    @Override
    public synchronized void close() {
        open = false;
        epoll.close();
        waker.close();
        memory.close();
    }
}
