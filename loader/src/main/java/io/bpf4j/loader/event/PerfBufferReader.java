package io.bpf4j.loader.event;

import io.bpf4j.loader.sys.Access;
import io.bpf4j.loader.sys.Cpus;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.MapCalls;
import io.bpf4j.loader.sys.Mapping;
import io.bpf4j.loader.sys.PerfCalls;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a map of type BPF_MAP_TYPE_PERF_EVENT_ARRAY: one buffer for each CPU that is online when this is made. The
 * order of records of different CPUs is not kept.
 */
public final class PerfBufferReader implements EventSource {
    private final Kernel kernel;
    private final List<Cpu> cpus = new ArrayList<>();

    private record Cpu(Fd event, Mapping pages, PerfConsumer consumer) implements AutoCloseable {
        @Override
        public void close() {
            pages.close();
            event.close();
        }
    }

    /**
     * Makes the buffers and puts them into the map.
     *
     * @param map
     *            the map, with at least as many entries as the largest CPU number plus one; stays the caller's
     * @param size
     *            bytes of data for each CPU, a power of two and at least a page
     * @param wakeupEvents
     *            how many records wake a poller, at least 1
     */
    public PerfBufferReader(Kernel kernel, Fd map, int size, int wakeupEvents) {
        if (Integer.bitCount(size) != 1 || size < PerfDescriptor.PAGE) {
            throw new IllegalArgumentException(
                    "perf buffer must be a power of two, at least 4096, was " + size);
        }
        this.kernel = kernel;
        try {
            for (int cpu : Cpus.online()) {
                open(map, cpu, size, wakeupEvents);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void open(Fd map, int cpu, int size, int wakeupEvents) {
        var calls = new PerfCalls(kernel);
        var event = calls.openOutput(cpu, wakeupEvents);
        Mapping pages;
        try {
            pages = kernel.map(event, Access.READ_WRITE, 0, PerfDescriptor.PAGE + size,
                    () -> "mapping the perf buffer of CPU " + cpu);
        } catch (RuntimeException e) {
            event.close();
            throw e;
        }
        cpus.add(new Cpu(event, pages, new PerfConsumer(pages.bytes())));
        new MapCalls(kernel).update(map, MapCalls.bytesOf(cpu), MapCalls.bytesOf(event.number()),
                MapCalls.Update.ALWAYS);
        calls.enable(event);
    }

    @Override
    public List<Fd> descriptors() {
        return cpus.stream().map(Cpu::event).toList();
    }

    @Override
    public int drain(RecordHandler handler) {
        if (cpus.isEmpty()) {
            throw new IllegalStateException("perf buffer reader is closed");
        }
        int count = 0;
        for (var cpu : cpus) {
            count += cpu.consumer().drain(handler);
        }
        return count;
    }

    @Override
    public long lost() {
        return cpus.stream().mapToLong(cpu -> cpu.consumer().lost()).sum();
    }

    @Override
    public void close() {
        for (int i = cpus.size() - 1; i >= 0; i--) {
            cpus.get(i).close();
        }
        cpus.clear();
    }
}
