package io.bpf4j.bench.compare.nginx;

import java.util.Arrays;

/** When calls ended that received a request. Filled by one thread, read by another when that has ended. */
final class Calls {

    private long[] ends = new long[1 << 15];
    private int count;

    /** Adds a call. */
    void add(long end) {
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * count);
        }
        ends[count++] = end;
    }

    /** Returns how many ended between two times: Java's and the probes' are the same, CLOCK_MONOTONIC. */
    long between(long from, long to) {
        return Arrays.stream(ends, 0, count).filter(end -> end >= from && end < to).count();
    }
}
