package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.RingDescriptor;
import io.bpf4j.vm.memory.Memory;
import java.nio.ByteBuffer;
import java.util.function.IntPredicate;

/** The one consumer of a ring. Allocates nothing per record. To be used by one thread at a time. */
public final class RingReader {

    /** The consumer position is published whenever this part of the ring was read. */
    private static final int PUBLISHED_PARTS = 8;

    private final RingMap map;
    private final ByteBuffer buffer;
    private final int ring;
    private final int data;
    private final int size;
    private final int sizeBits;
    private final IntPredicate alive;
    private long abandoned;

    /** Takes a record. */
    @FunctionalInterface
    public interface Handler {
        /** Takes the place of a record's bytes in a little-endian buffer, valid during this call only. */
        void record(ByteBuffer bytes, int offset, int length);
    }

    /** Reads a ring whose producers live as long as it does. */
    public RingReader(RingMap map) {
        this(map, owner -> true);
    }

    /**
     * Reads a ring.
     *
     * @param alive whether the owner of a record, as given to {@link RingMap#reserve}, may still finish it
     */
    public RingReader(RingMap map, IntPredicate alive) {
        this.map = map;
        this.buffer = map.buffer;
        this.ring = map.ring();
        this.data = map.data();
        this.size = map.size();
        this.sizeBits = Integer.numberOfTrailingZeros(size);
        this.alive = alive;
    }

    /**
     * Passes on all records up to the first unfinished one, at most as far as the producers were when this began.
     *
     * <p>Should the handler throw, then its record counts as read and the exception goes to the caller.
     *
     * @return how many records the handler got; discarded ones do not count
     */
    public int drain(Handler handler) {
        long position = map.consumerPosition();
        long end = map.producerPosition();
        long published = position;
        int count = 0;
        try {
            while (position < end) {
                int place = data + ((int) position & size - 1);
                long header = Words.get(buffer, place);
                int bits = (int) header;
                if (bits < 0) {
                    if (alive.test(RingDescriptor.owner(header))) {
                        break;
                    }
                    // The owner may have finished the record just before it died.
                    header = Words.get(buffer, place);
                    bits = (int) header;
                    if (bits < 0) {
                        bits |= RingDescriptor.DISCARDED;
                        abandoned++;
                    }
                }
                int length = bits & RingDescriptor.LENGTH;
                long start = position;
                position += RingDescriptor.stride(length);
                try {
                    if ((bits & RingDescriptor.DISCARDED) == 0) {
                        count++;
                        handler.record(buffer, place + RingDescriptor.HEADER, length);
                    }
                } finally {
                    free(start, position);
                }
                if (position - published >= size / PUBLISHED_PARTS) {
                    Words.set(buffer, ring + RingDescriptor.CONSUMER, position);
                    published = position;
                }
            }
        } finally {
            Words.set(buffer, ring + RingDescriptor.CONSUMER, position);
        }
        return count;
    }

    private void free(long from, long to) {
        long word = RingDescriptor.free(from + size, sizeBits);
        int place = data + ((int) from & size - 1);
        for (int i = 0; i < (int) (to - from); i += Long.BYTES) {
            Memory.LONGS.setOpaque(buffer, place + i, word);
        }
    }

    /** Returns how many records were given up because their owner died. */
    public long abandoned() {
        return abandoned;
    }

    /**
     * Says that the consumer is about to sleep until a record comes.
     *
     * @return the wakeups so far: to sleep as long as {@link #wakeups} is the same; or -1 if a record can be read
     */
    public long prepareToWait() {
        int before = wakeups();
        Memory.INTS.setVolatile(buffer, ring + RingDescriptor.WAITING, 1);
        long position = map.consumerPosition();
        boolean nothing = position == map.producerPosition()
                || (int) Words.get(buffer, data + ((int) position & size - 1)) < 0;
        return nothing ? before & 0xffff_ffffL : -1;
    }

    /** Says that the consumer is awake. */
    public void endWait() {
        Memory.INTS.setVolatile(buffer, ring + RingDescriptor.WAITING, 0);
    }

    /** Returns how often producers tried to wake the consumer. */
    public int wakeups() {
        return (int) Memory.INTS.getVolatile(buffer, ring + RingDescriptor.WAKEUPS);
    }
}
