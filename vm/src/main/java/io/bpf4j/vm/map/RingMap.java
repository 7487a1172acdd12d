package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.RingDescriptor;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.Region;
import java.nio.ByteBuffer;

/**
 * The producers' side of a ring (kernel/bpf/ringbuf.c); in user space perf event arrays are rings too. See
 * {@link RingDescriptor} for how it works, {@link RingReader} for the consumer.
 */
public final class RingMap extends ArenaMap {

    /** The flag of a commit that asks not to wake the consumer: BPF_RB_NO_WAKEUP. */
    public static final long NO_WAKEUP = 1;
    /** The flag of a commit that asks to wake the consumer in any case: BPF_RB_FORCE_WAKEUP. */
    public static final long FORCE_WAKEUP = 2;

    private final int size;
    private final int sizeBits;
    private final int ring;
    private final int data;
    private Runnable waker = () -> {};

    RingMap(Memory memory, long arena, long handle, MapPlan plan, int size) {
        super(memory, arena, handle, plan);
        this.size = size;
        this.sizeBits = Integer.numberOfTrailingZeros(size);
        this.ring = origin + (int) plan.own();
        this.data = origin + (int) plan.values();
    }

    @Override
    void format() {
        // A ring of zeros is an empty ring.
    }

    /** Returns the bytes of data. */
    public int size() {
        return size;
    }

    int ring() {
        return ring;
    }

    int data() {
        return data;
    }

    /**
     * Sets what wakes a sleeping consumer: called by a producer of this process after it changed the word that the
     * consumer sleeps on.
     */
    public void setWaker(Runnable waker) {
        this.waker = waker;
    }

    /**
     * Reserves a record.
     *
     * @param length bytes
     * @param owner who reserves, for the consumer to find out whether he died: 0 to 2^31 - 1
     * @return the address of the record's bytes, which hold anything; 0 if there is no room, which is counted
     */
    public long reserve(long length, int owner) {
        if (Long.compareUnsigned(length, size - 2L * RingDescriptor.HEADER) > 0) {
            return dropped();
        }
        int stride = RingDescriptor.stride((int) length);
        while (true) {
            long position = Words.get(buffer, ring + RingDescriptor.PRODUCER);
            int offset = (int) position & size - 1;
            int place = data + offset;
            long word = Words.get(buffer, place);
            long free = RingDescriptor.free(position, sizeBits);
            if (word != free) {
                if (RingDescriptor.isHeader(word)) {
                    advance(position, word);
                }
                continue;
            }
            int room = size - offset;
            int needed = Math.min(stride, room);
            long consumed = Words.get(buffer, ring + RingDescriptor.CONSUMER);
            if (position + needed - consumed > size - 1L) {
                if (Words.get(buffer, ring + RingDescriptor.PRODUCER) != position) {
                    continue;
                }
                return dropped();
            }
            int bits = stride <= room
                    ? RingDescriptor.BUSY | (int) length
                    : RingDescriptor.DISCARDED | room - RingDescriptor.HEADER;
            long header = RingDescriptor.header(bits, owner);
            if (Words.swap(buffer, place, free, header)) {
                advance(position, header);
                if (stride <= room) {
                    return address(place + RingDescriptor.HEADER);
                }
            }
        }
    }

    private void advance(long position, long header) {
        int length = (int) header & RingDescriptor.LENGTH;
        Words.swap(buffer, ring + RingDescriptor.PRODUCER, position,
                position + RingDescriptor.stride(length));
    }

    private long dropped() {
        Words.add(buffer, ring + RingDescriptor.DROPPED, 1);
        return 0;
    }

    /**
     * Ends a record that was reserved.
     *
     * @param record what {@link #reserve} returned
     * @param discard whether nobody is to see it
     * @param flags {@link #NO_WAKEUP} or {@link #FORCE_WAKEUP}, or 0: wake the consumer if it waits for this record
     */
    public void commit(long record, boolean discard, long flags) {
        int place = memory().index(record - RingDescriptor.HEADER, RingDescriptor.HEADER);
        int header = (int) Memory.INTS.getAcquire(buffer, place) & ~RingDescriptor.BUSY;
        Memory.INTS.setVolatile(buffer, place, discard ? header | RingDescriptor.DISCARDED : header);
        if ((flags & FORCE_WAKEUP) != 0 || (flags & NO_WAKEUP) == 0
                && (int) Memory.INTS.getAcquire(buffer, ring + RingDescriptor.WAITING) != 0
                && (int) Memory.INTS.getAndSet(buffer, ring + RingDescriptor.WAITING, 0) != 0) {
            Words.addInt(buffer, ring + RingDescriptor.WAKEUPS, 1);
            waker.run();
        }
    }

    /** Returns the bytes of a reserved record. */
    public int length(long record) {
        int place = memory().index(record - RingDescriptor.HEADER, RingDescriptor.HEADER);
        return (int) Memory.INTS.getAcquire(buffer, place) & RingDescriptor.LENGTH;
    }

    /** Returns whether an address is in this ring. */
    public boolean holds(long record) {
        long offset = record - address(data);
        return offset >= 0 && offset < size;
    }

    /** Returns the region of a reserved record, for checked programs. */
    public Region region(long record) {
        return new Region("a record of " + spec().name(), record, length(record), true);
    }

    /** Copies a record from memory; returns whether there was room. */
    public boolean output(long from, int length, int owner, long flags) {
        int source = memory().index(from, length);
        return output(buffer, source, length, owner, flags);
    }

    /** Copies a record from a buffer; returns whether there was room. */
    public boolean output(ByteBuffer from, int source, int length, int owner, long flags) {
        long record = reserve(length, owner);
        if (record == 0) {
            return false;
        }
        Words.copyIn(from, source, buffer, memory().index(record, length), length);
        commit(record, false, flags);
        return true;
    }

    /** Returns the address of the word on which the consumer sleeps, for whoever wakes it. */
    public long wakeupsAddress() {
        return address(ring + RingDescriptor.WAKEUPS);
    }

    /** Returns how many records found no room. */
    public long dropCount() {
        return Words.get(buffer, ring + RingDescriptor.DROPPED);
    }

    /** Returns how many bytes were produced. */
    public long producerPosition() {
        return Words.get(buffer, ring + RingDescriptor.PRODUCER);
    }

    /** Returns how many bytes were consumed. */
    public long consumerPosition() {
        return Words.get(buffer, ring + RingDescriptor.CONSUMER);
    }
}
