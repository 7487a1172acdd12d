package io.bpf4j.loader.user;

import io.bpf4j.loader.EventHandler;
import io.bpf4j.loader.sys.Futex;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.NativeMemory;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.map.RingMap;
import io.bpf4j.vm.map.RingReader;
import io.bpf4j.vm.memory.Memory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Takes records from rings in the arena; if there are none, sleeps until a traced process wakes it. Used by one thread,
 * but for {@link #wake} and {@link #close}.
 *
 * <p>To be woken costs the traced process a system call, and often an interrupt of another processor. So as long as
 * records keep coming this looks for them once in {@link #PAUSE}, of its own accord, and lets itself be woken only when
 * there were none for {@link #QUIET}.
 */
final class RingPoller implements AutoCloseable {

    /** How long records may lie in a ring that has room. */
    private static final long PAUSE = Duration.ofMillis(1).toNanos();
    /** How long after the last record more of them are expected. */
    private static final long QUIET = Duration.ofMillis(20).toNanos();
    /** Which part of a ring may fill during a pause. */
    private static final int PART = 8;

    private final Futex futex;
    private final NativeMemory memory = new NativeMemory();
    /** Changed by {@link #wake}. */
    private final NativeMemory.Block wakes = memory.allocate(Integer.BYTES);
    private final List<Source> sources = new ArrayList<>();
    private int wakesSeen;
    /** When records were last looked for, and found; {@link System#nanoTime}. */
    private long lastLook = System.nanoTime();
    private long lastRecord = lastLook - QUIET;
    private boolean open = true;

    /** A ring and its name. */
    private record Source(String name, RingMap ring, RingReader reader) {
        boolean isFilling() {
            return ring.producerPosition() - ring.consumerPosition() > ring.size() / PART;
        }
    }

    /**
     * Polls some rings.
     *
     * @param maps of which those that are rings are polled
     * @param alive whether a thread that has reserved a record may still finish it, by its id
     */
    RingPoller(Kernel kernel, List<ArenaMap> maps, IntPredicate alive) {
        this.futex = new Futex(kernel);
        for (ArenaMap map : maps) {
            if (map instanceof RingMap ring) {
                sources.add(new Source(map.spec().name(), ring, new RingReader(ring, alive)));
            }
        }
    }

    /** Passes on what is there; if there is nothing, waits for it for a time at most. Returns the number of records. */
    int poll(Duration timeout, EventHandler handler) {
        if (timeout.isZero()) {
            return drain(handler);
        }
        long end = System.nanoTime() + timeout.toNanos();
        int count = 0;
        while (count == 0 && lastLook - lastRecord < QUIET && !isWoken()) {
            long now = System.nanoTime();
            if (now >= end) {
                return 0;
            }
            pause(Math.min(PAUSE - (now - lastLook), end - now));
            count = drain(handler);
        }
        if (count == 0) {
            count = drain(handler);
        }
        long left = end - System.nanoTime();
        if (count > 0 || left <= 0) {
            return count;
        }
        await(Duration.ofNanos(left));
        return drain(handler);
    }

    private int drain(EventHandler handler) {
        int count = 0;
        for (Source source : sources) {
            count += source.reader()
                    .drain((data, offset, length) -> handler.accept(source.name(), data, offset, length));
        }
        lastLook = System.nanoTime();
        if (count > 0) {
            lastRecord = lastLook;
        }
        return count;
    }

    private boolean isWoken() {
        return (int) Memory.INTS.getVolatile(wakes.bytes(), 0) != wakesSeen;
    }

    /** Lets records come, without being woken by them; not where a ring fills fast. */
    private void pause(long nanoseconds) {
        if (nanoseconds > 0 && sources.stream().noneMatch(source -> source.isFilling())) {
            futex.await(List.of(new Futex.Wait(wakes.address(), wakesSeen)), Duration.ofNanos(nanoseconds));
        }
    }

    private void await(Duration timeout) {
        List<Futex.Wait> waits = new ArrayList<>();
        waits.add(new Futex.Wait(wakes.address(), wakesSeen));
        boolean nothing = true;
        for (Source source : sources) {
            long before = source.reader().prepareToWait();
            nothing &= before >= 0;
            waits.add(new Futex.Wait(source.ring().wakeupsAddress(), (int) before));
        }
        if (nothing) {
            futex.await(waits, timeout);
        }
        wakesSeen = (int) Memory.INTS.getVolatile(wakes.bytes(), 0);
        sources.forEach(source -> source.reader().endWait());
    }

    /** Ends a {@link #poll} that waits, or the next one that would. From any thread. */
    synchronized void wake() {
        if (open) {
            Memory.INTS.setVolatile(wakes.bytes(), 0, (int) Memory.INTS.getVolatile(wakes.bytes(), 0) + 1);
            futex.wake(wakes.address());
        }
    }

    /** Returns how many records were given up because the thread that had reserved them ended. */
    long abandoned() {
        return sources.stream().mapToLong(source -> source.reader().abandoned()).sum();
    }

    @Override
    public synchronized void close() {
        open = false;
        memory.close();
    }
}
