package io.bpf4j.loader.testrun;

import io.bpf4j.loader.event.RingBufferReader;
import io.bpf4j.loader.kernel.KernelMap;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.MapCalls;
import io.bpf4j.loader.testrun.Outcome.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads all that a map holds; rings, queues and stacks are empty afterwards. */
final class MapContents {
    private static final byte[] NO_KEY = {};

    private final Kernel kernel;

    MapContents(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Returns the entries in the kernel's order; none of program arrays and perf buffers. */
    List<Entry> of(KernelMap map) {
        return switch (map.spec().kind()) {
            case PROG_ARRAY, PERF_EVENT_ARRAY -> List.of();
            case RINGBUF -> records(map);
            case QUEUE, STACK -> elements(map);
            default -> entries(map);
        };
    }

    private static List<Entry> entries(KernelMap map) {
        List<Entry> entries = new ArrayList<>();
        map.forEach((key, value) -> entries.add(new Entry(copy(key), copy(value))));
        return entries;
    }

    private static byte[] copy(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(buffer.position(), copy);
        return copy;
    }

    private List<Entry> elements(KernelMap map) {
        MapCalls calls = new MapCalls(kernel);
        List<Entry> elements = new ArrayList<>();
        Optional<byte[]> element = calls.take(map.fd(), NO_KEY, map.spec().valueSize());
        while (element.isPresent()) {
            elements.add(new Entry(NO_KEY, element.get()));
            element = calls.take(map.fd(), NO_KEY, map.spec().valueSize());
        }
        return elements;
    }

    private List<Entry> records(KernelMap map) {
        List<Entry> records = new ArrayList<>();
        try (RingBufferReader reader = new RingBufferReader(kernel, map.fd(), map.spec().maxEntries())) {
            reader.drain((data, offset, length) -> {
                byte[] record = new byte[length];
                data.get(offset, record);
                records.add(new Entry(NO_KEY, record));
            });
        }
        return records;
    }
}
