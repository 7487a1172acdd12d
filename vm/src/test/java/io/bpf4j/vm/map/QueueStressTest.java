package io.bpf4j.vm.map;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.program.MapKind;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queues and stacks give every value once and whole when threads push and pop at the same time. */
class QueueStressTest {

    private static final int THREADS = 4;
    private static final int VALUES = 40_000;
    private static final long OVERWRITE = 2;

    /** Writes a value, all words of which are the same, to the page of a thread. */
    private static long value(SampleArena sample, int thread, long word) {
        long at = sample.value(thread, word);
        for (int offset = 8; offset + 8 <= sample.map().spec().valueSize(); offset += 8) {
            sample.memory().putLong(at + offset, word);
        }
        return at;
    }

    private static long word(byte[] value) {
        long first = SampleArena.number(value);
        for (int offset = 8; offset + 8 <= value.length; offset += 8) {
            assertEquals(first, SampleArena.number(Arrays.copyOfRange(value, offset, offset + 8)),
                    "a value made of two");
        }
        return first;
    }

    /** Pops to the page of a thread; returns -1 if there is nothing. */
    private static long pop(SampleArena sample, int thread) {
        long at = sample.page(thread);
        if (sample.map().pop(at) != 0) {
            return -1;
        }
        return word(sample.memory().getBytes(at, sample.map().spec().valueSize()));
    }

    private static void requireAllNodesFree(SampleArena sample) {
        assertEquals(Optional.empty(), sample.map().pop());
        byte[] value = new byte[sample.map().spec().valueSize()];
        for (int i = 0; i < sample.map().spec().maxEntries(); i++) {
            assertEquals(0, sample.map().push(value, 0), "room for value " + i);
        }
        assertEquals(ErrorNumber.E2BIG.result(), sample.map().push(value, 0));
    }

    @ParameterizedTest
    @CsvSource({"QUEUE,8,1", "QUEUE,24,7", "STACK,8,1", "STACK,24,7", "QUEUE,16,1000", "STACK,16,1000"})
    void everyValueComesOutOnce(MapKind kind, int valueSize, int entries) {
        SampleArena sample = SampleArena.of(SampleArena.spec(kind, 0, valueSize, entries), 1);
        AtomicIntegerArray taken = new AtomicIntegerArray(THREADS * VALUES);
        Threads.run(THREADS, thread -> {
            for (int i = 0; i < VALUES; i++) {
                long at = value(sample, thread, (long) thread * VALUES + i);
                while (sample.map().push(at, 0) != 0) {
                    long word = pop(sample, thread);
                    if (word >= 0) {
                        taken.incrementAndGet((int) word);
                    }
                }
            }
        });
        for (long word = pop(sample, 0); word >= 0; word = pop(sample, 0)) {
            taken.incrementAndGet((int) word);
        }
        for (int i = 0; i < taken.length(); i++) {
            assertEquals(1, taken.get(i), "how often value " + i + " came out");
        }
        requireAllNodesFree(sample);
    }

    @Test
    void aQueueKeepsTheOrderOfEveryProducer() {
        SampleArena sample = SampleArena.of(SampleArena.spec(MapKind.QUEUE, 0, 16, 50), 1);
        long[] last = new long[THREADS - 1];
        Threads.run(THREADS, thread -> {
            if (thread < last.length) {
                for (int i = 1; i <= VALUES; i++) {
                    long at = value(sample, thread, (long) thread << 32 | i);
                    while (sample.map().push(at, 0) != 0) {
                        Thread.onSpinWait();
                    }
                }
                return;
            }
            for (int i = 0; i < last.length * VALUES; i++) {
                long word = pop(sample, thread);
                while (word < 0) {
                    word = pop(sample, thread);
                }
                int producer = (int) (word >>> 32);
                assertEquals(++last[producer], word & 0xffff_ffffL, "next of producer " + producer);
            }
        });
        assertArrayEquals(new long[]{VALUES, VALUES, VALUES}, last);
    }

    @ParameterizedTest
    @CsvSource({"QUEUE,24,1", "QUEUE,24,6", "STACK,24,1", "STACK,24,6"})
    void whatIsOverwrittenMakesRoom(MapKind kind, int valueSize, int entries) {
        SampleArena sample = SampleArena.of(SampleArena.spec(kind, 0, valueSize, entries), 1);
        AtomicLongArray taken = new AtomicLongArray(THREADS * VALUES);
        Threads.run(THREADS, thread -> {
            for (int i = 0; i < VALUES; i++) {
                long at = value(sample, thread, (long) thread * VALUES + i);
                long result = sample.map().push(at, OVERWRITE);
                assertTrue(result == 0 || result == ErrorNumber.E2BIG.result(), () -> "result " + result);
                if (i % 3 == 0) {
                    long word = pop(sample, thread);
                    if (word >= 0) {
                        taken.incrementAndGet((int) word);
                    }
                }
            }
        });
        int left = 0;
        for (long word = pop(sample, 0); word >= 0; word = pop(sample, 0), left++) {
            taken.incrementAndGet((int) word);
        }
        assertTrue(left <= entries, left + " values are left");
        for (int i = 0; i < taken.length(); i++) {
            assertTrue(taken.get(i) <= 1, "value " + i + " came out more than once");
        }
        requireAllNodesFree(sample);
    }
}
