package io.bpf4j.loader.event;

import io.bpf4j.loader.sys.Access;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Mapping;
import java.util.List;

/**
 * Reads a map of type BPF_MAP_TYPE_RINGBUF. The kernel keeps no count of what found no room: programs do, since
 * bpf_ringbuf_output() and bpf_ringbuf_reserve() tell them.
 */
public final class RingBufferReader implements EventSource {
    /** A ring's data is mapped twice, and one mapping here is at most 2 GiB. */
    private static final int MAX_SIZE = 1 << 29;

    private final Fd map;
    private final Mapping consumerPage;
    private final Mapping producerPages;
    private final RingConsumer ring;
    private boolean open = true;

    /**
     * @param map
     *            the ring's map, which stays the caller's and must outlive this reader
     * @param size
     *            bytes of data, as the map was created with
     */
    public RingBufferReader(Kernel kernel, Fd map, int size) {
        if (size < RingDescriptor.PAGE || size > MAX_SIZE) {
            throw new IllegalArgumentException(
                    "ring buffer must have 4096 to " + MAX_SIZE + " bytes, has " + size);
        }
        this.map = map;
        this.consumerPage = kernel.map(map, Access.READ_WRITE, 0, RingDescriptor.PAGE,
                () -> "mapping a ring buffer's consumer page");
        try {
            this.producerPages = kernel.map(map, Access.READ, RingDescriptor.PAGE,
                    RingDescriptor.PAGE + 2 * size,
                    () -> "mapping a ring buffer of " + size + " bytes");
        } catch (RuntimeException e) {
            consumerPage.close();
            throw e;
        }
        this.ring = new RingConsumer(consumerPage.bytes(), producerPages.bytes(), size);
    }

    @Override
    public List<Fd> descriptors() {
        return List.of(map);
    }

    @Override
    public int drain(RecordHandler handler) {
        if (!open) {
            throw new IllegalStateException("ring buffer reader is closed");
        }
        return ring.drain(handler);
    }

    @Override
    public long lost() {
        return 0;
    }

    @Override
    public void close() {
        open = false;
        producerPages.close();
        consumerPage.close();
    }
}
