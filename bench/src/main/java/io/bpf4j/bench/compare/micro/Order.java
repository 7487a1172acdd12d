package io.bpf4j.bench.compare.micro;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What one thread of the victim is told to do.
 *
 * <pre>
 *  0 | function (u64)   its address
 *  8 | batches (u64)    at most {@link Answer#MOST_BATCHES}
 * 16 | calls (u64)      in a batch
 * 24 | meeting (u64)    begin when so many orders, of all since the start, have been taken
 * </pre>
 */
record Order(long function, int batches, int calls, long meeting) {

    static final int FUNCTION = 0;
    static final int BATCHES = 8;
    static final int CALLS = 16;
    static final int MEETING = 24;
    static final int SIZE = 32;

    /** Returns the bytes, for a number of threads. */
    byte[] bytes(int threads) {
        ByteBuffer out = ByteBuffer.allocate(SIZE * threads).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < threads; i++) {
            out.putLong(function).putLong(batches).putLong(calls).putLong(meeting);
        }
        return out.array();
    }
}
