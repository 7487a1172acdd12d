package io.bpf4j.loader.event;

/**
 * A BPF ring buffer as it is mapped (kernel/bpf/ringbuf.c, struct bpf_ringbuf; Documentation/bpf/ringbuf.rst).
 * Positions only grow; a position modulo the data size is a place in the data. The data pages are mapped twice, one
 * after the other, so that no record is ever cut.
 *
 * <pre>
 *  file offset
 *        0 +-------------------------------+
 *          | consumer position (u64)       |  ours to write
 *     PAGE +-------------------------------+
 *          | producer position (u64)       |  read-only from here
 *   2*PAGE +-------------------------------+
 *          | data (size bytes)             |
 *          +-------------------------------+
 *          | the same data again           |
 *          +-------------------------------+
 *
 *  record, aligned to 8:
 *        0 +---+---+-----------------------+---------------+
 *          | B | D | length (30 bits)      | page offset   |
 *        8 +---+---+-----------------------+---------------+
 *          | length bytes, padded to 8                     |
 *          +-----------------------------------------------+
 *  B (bit 31): still being written.  D (bit 30): discarded.
 * </pre>
 */
final class RingDescriptor {
    /** Bytes of a page on x86-64. */
    static final int PAGE = 4096;
    /** Where in the first page the consumer position is. */
    static final int CONSUMER_POSITION = 0;
    /** Where in the second page the producer position is. */
    static final int PRODUCER_POSITION = 0;
    /** Bytes before each record's data. */
    static final int HEADER = 8;
    /** BPF_RINGBUF_DISCARD_BIT. */
    static final int DISCARDED = 1 << 30;

    private static final int LENGTH_MASK = DISCARDED - 1;
    private static final int ALIGNMENT = 8;

    private RingDescriptor() {}

    /** BPF_RINGBUF_BUSY_BIT is the sign. */
    static boolean isBusy(int header) {
        return header < 0;
    }

    static boolean isDiscarded(int header) {
        return (header & DISCARDED) != 0;
    }

    static int length(int header) {
        return header & LENGTH_MASK;
    }

    /** From one record's header to the next one's. */
    static int stride(int length) {
        return length + HEADER + ALIGNMENT - 1 & -ALIGNMENT;
    }
}
