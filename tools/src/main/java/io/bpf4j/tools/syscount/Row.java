package io.bpf4j.tools.syscount;

import java.util.Comparator;

/**
 * One line of the result.
 *
 * @param key the number of a system call, or a process id
 * @param comm the process's name, up to 15 bytes; empty where calls are counted
 * @param count how many calls returned
 * @param nanoseconds how long they took together, 0 if that was not measured
 */
record Row(int key, String comm, long count, long nanoseconds) {

    /** Most calls first. */
    static final Comparator<Row> BY_COUNT = Comparator.comparingLong(Row::count).reversed()
            .thenComparingInt(Row::key);

    /** Longest time first. */
    static final Comparator<Row> BY_TIME = Comparator.comparingLong(Row::nanoseconds).reversed()
            .thenComparing(BY_COUNT);
}
