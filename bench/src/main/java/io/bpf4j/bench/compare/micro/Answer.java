package io.bpf4j.bench.compare.micro;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What one thread of the victim measured.
 *
 * <pre>
 *  0 | start (u64 seconds, u64 nanoseconds)   CLOCK_MONOTONIC
 * 16 | end (u64 seconds, u64 nanoseconds)
 * 32 | start (u64) | end (u64)                the same by the time stamp counter
 * 48 | time of each batch (u64)               time stamps
 * </pre>
 */
final class Answer {

    static final int START_SECONDS = 0;
    static final int END_SECONDS = 16;
    static final int START_STAMP = 32;
    static final int END_STAMP = 40;
    static final int TIMES = 48;
    /** The size in bytes: what a pipe takes in one piece. */
    static final int SIZE = 4096;
    /** How many times there is room for. */
    static final int MOST_BATCHES = (SIZE - TIMES) / Long.BYTES;

    private static final double BILLION = 1e9;

    private final ByteBuffer bytes;

    Answer(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns nanoseconds per call in each batch. */
    double[] times(Order order) {
        double tick = (clock(END_SECONDS) - clock(START_SECONDS))
                / (bytes.getLong(END_STAMP) - bytes.getLong(START_STAMP));
        double[] times = new double[order.batches()];
        for (int i = 0; i < times.length; i++) {
            times[i] = bytes.getLong(TIMES + i * Long.BYTES) * tick / order.calls();
        }
        return times;
    }

    private double clock(int at) {
        return bytes.getLong(at) * BILLION + bytes.getLong(at + Long.BYTES);
    }
}
