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
 */
final class RingPoller implements AutoCloseable {

    private final Futex futex;
    private final NativeMemory memory = new NativeMemory();
    /** Changed by {@link #wake}. */
    private final NativeMemory.Block wakes = memory.allocate(Integer.BYTES);
    private final List<Source> sources = new ArrayList<>();
    private int wakesSeen;
    private boolean open = true;

    /** A ring and its name. */
    private record Source(String name, RingMap ring, RingReader reader) {}

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
        int count = drain(handler);
        if (count > 0 || timeout.isZero()) {
            return count;
        }
        await(timeout);
        return drain(handler);
    }

    private int drain(EventHandler handler) {
        int count = 0;
        for (Source source : sources) {
            count += source.reader()
                    .drain((data, offset, length) -> handler.accept(source.name(), data, offset, length));
        }
        return count;
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
