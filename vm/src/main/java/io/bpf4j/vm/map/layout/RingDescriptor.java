package io.bpf4j.vm.map.layout;

/**
 * A ring of records in the kernel's format (kernel/bpf/ringbuf.c, struct bpf_ringbuf_hdr), for many producers and one
 * consumer. Positions only grow; modulo the size of the data they are places.
 *
 * <pre>
 *      0 +-------------------------------+
 *        | consumer position (u64)       |
 *     64 +-------------------------------+
 *        | waiting (u32)                 |  not 0: the consumer sleeps on "wakeups"; who makes it 0 wakes it
 *   4096 +-------------------------------+
 *        | producer position (u64)       |
 *   4160 +-------------------------------+
 *        | wakeups (u32)                 |  a futex
 *   4224 +-------------------------------+
 *        | dropped records (u64)         |
 *   8192 +-------------------------------+
 *        | data, zeros at first          |
 *        +-------------------------------+
 *
 *  record, aligned to 8:
 *      0 +---+---+-----------------------+---+-----------------------+
 *        | B | D | length (30 bits)      | 1 | owner (31 bits)       |
 *      8 +---+---+-----------------------+---+-----------------------+
 *        | length bytes, filled to 8                                 |
 *        +-----------------------------------------------------------+
 *  B (bit 31): still being written.  D (bit 30): discarded.
 *
 *  free, every 8 bytes:
 *      0 +-------------------------------+---+-----------------------+
 *        | 0                             | 0 | lap (31 bits)         |
 *        +-------------------------------+---+-----------------------+
 *  lap: position / size, of the position at which the word is next.
 * </pre>
 *
 * <p><b>Claiming.</b> At the producer position P, swap the free word of P's lap for the header with B, then the
 * producer position from P to behind the record. Who finds a header at the producer position does the second for the
 * one who wrote it. As the expected word has the lap, nobody who was away for long can claim what is no longer there.
 *
 * <p>A record never goes beyond the end of the data: the rest is one discarded record.
 *
 * <p><b>Consuming.</b> All words of a record become free words of the next lap, then the consumer position moves. A
 * record whose owner died is treated as discarded.
 */
public final class RingDescriptor {
    /** The offset of the consumer position. */
    public static final int CONSUMER = 0;
    /** The offset of whether the consumer sleeps. */
    public static final int WAITING = 64;
    /** The offset of the producer position. */
    public static final int PRODUCER = 4096;
    /** The offset of the word that the consumer sleeps on. */
    public static final int WAKEUPS = 4096 + 64;
    /** The offset of the number of records that found no room. */
    public static final int DROPPED = 4096 + 128;
    /** The offset of the data. */
    public static final int DATA = 8192;

    /** The bytes before each record's data. */
    public static final int HEADER = 8;
    /** BPF_RINGBUF_BUSY_BIT. */
    public static final int BUSY = 1 << 31;
    /** BPF_RINGBUF_DISCARD_BIT. */
    public static final int DISCARDED = 1 << 30;
    /** The bits of the length. */
    public static final int LENGTH = DISCARDED - 1;

    /** The size of the ring that a perf event array has in place of the kernel's buffers, in bytes. */
    public static final int PERF_RING_BYTES = 1 << 20;

    private static final int OWNED = 1 << 31;

    private RingDescriptor() {}

    /** Returns the bytes from a record's header to the next one's. */
    public static int stride(int length) {
        return length + HEADER + 7 & -8;
    }

    /** Returns the header of a record. */
    public static long header(int lengthAndBits, int owner) {
        return (long) (owner | OWNED) << 32 | lengthAndBits & 0xffff_ffffL;
    }

    /** Returns whether a word is a header, else a free word. */
    public static boolean isHeader(long word) {
        return word < 0;
    }

    /** Returns who wrote a header. */
    public static int owner(long header) {
        return (int) (header >>> 32) & ~OWNED;
    }

    /**
     * Returns the free word of a lap.
     *
     * @param sizeBits the binary logarithm of the data's size
     */
    public static long free(long position, int sizeBits) {
        return (position >>> sizeBits & ~OWNED) << 32;
    }
}
