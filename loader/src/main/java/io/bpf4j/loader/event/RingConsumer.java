package io.bpf4j.loader.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The reading end of a ring in the kernel's layout, see {@link RingDescriptor}, wherever its memory comes from.
 * Allocates nothing per record.
 */
public final class RingConsumer {
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class,
            ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class,
            ByteOrder.LITTLE_ENDIAN);
    /** The consumer position is published whenever this part of the ring has been read. */
    private static final int PUBLISHED_PARTS = 8;

    private final ByteBuffer consumer;
    private final ByteBuffer producer;
    private final long mask;
    private final long publishEvery;
    private long position;

    /**
     * @param consumer
     *            the page with the consumer position; direct and writable
     * @param producer
     *            the page with the producer position, then twice {@code size} bytes of data; direct
     * @param size
     *            bytes of data, a power of two
     */
    public RingConsumer(ByteBuffer consumer, ByteBuffer producer, int size) {
        if (Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("size of a ring must be a power of two, was " + size);
        }
        this.consumer = consumer;
        this.producer = producer.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        this.mask = size - 1L;
        this.publishEvery = size / PUBLISHED_PARTS;
        this.position = (long) LONG.getAcquire(consumer, RingDescriptor.CONSUMER_POSITION);
    }

    /**
     * Passes on all records up to the first unfinished one, at most as far as the producer was when this began.
     *
     * <p>
     * Should the handler throw, then its record counts as read and the exception goes to the caller.
     *
     * @return how many records the handler got; discarded ones do not count
     */
    public int drain(RecordHandler handler) {
        var data = producer;
        long end = (long) LONG.getAcquire(data, RingDescriptor.PRODUCER_POSITION);
        long at = position;
        long published = at;
        int count = 0;
        try {
            while (at < end) {
                int place = RingDescriptor.PAGE + (int) (at & mask);
                int header = (int) INT.getAcquire(data, place);
                if (RingDescriptor.isBusy(header)) {
                    break;
                }
                int length = RingDescriptor.length(header);
                at += RingDescriptor.stride(length);
                if (!RingDescriptor.isDiscarded(header)) {
                    count++;
                    handler.record(data, place + RingDescriptor.HEADER, length);
                }
                if (at - published >= publishEvery) {
                    LONG.setRelease(consumer, RingDescriptor.CONSUMER_POSITION, at);
                    published = at;
                }
            }
        } finally {
            position = at;
            // A full fence: the kernel wakes us only if it sees that we had read everything before its record
            // (bpf_ringbuf_commit), so this store must come before our next look at the producer position.
            LONG.setVolatile(consumer, RingDescriptor.CONSUMER_POSITION, at);
        }
        return count;
    }

    /** Bytes that are waiting or being written. */
    public long backlog() {
        return (long) LONG.getAcquire(producer, RingDescriptor.PRODUCER_POSITION) - position;
    }
}
