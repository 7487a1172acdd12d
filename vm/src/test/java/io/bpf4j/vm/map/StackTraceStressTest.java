package io.bpf4j.vm.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.program.MapKind;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stack traces are read whole while other threads make, replace and remove them. */
class StackTraceStressTest {

    private static final int THREADS = 4;
    private static final int STEPS = 60_000;
    private static final int DEPTH = 16;
    private static final int ENTRIES = 4;

    /** A trace, all addresses of which tell its number. */
    private static long[] trace(int number) {
        long[] addresses = new long[DEPTH];
        Arrays.setAll(addresses, i -> (long) number << 32 | i + 1);
        return addresses;
    }

    private static void requireWhole(byte[] trace) {
        long first = SampleArena.number(trace);
        for (int i = 0; i < DEPTH; i++) {
            assertEquals(first + i, SampleArena.number(Arrays.copyOfRange(trace, 8 * i, 8 * i + 8)),
                    "address " + i + " is of another trace");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, StackTraceMap.REPLACE})
    void aTraceIsNeverMadeOfTwo(long flags) {
        SampleArena sample = SampleArena
                .of(SampleArena.spec(MapKind.STACK_TRACE, 4, DEPTH * Long.BYTES, ENTRIES), 1);
        StackTraceMap map = (StackTraceMap) sample.map();
        Threads.run(THREADS, thread -> {
            SplittableRandom random = new SplittableRandom(thread);
            for (int i = 0; i < STEPS; i++) {
                byte[] key = SampleArena.little(random.nextInt(ENTRIES), 4);
                switch (random.nextInt(4)) {
                    case 0, 1 -> {
                        long id = map.idOf(trace(random.nextInt(12)), 0, DEPTH, flags);
                        assertTrue(id >= 0 && id < ENTRIES || id == ErrorNumber.EEXIST.result()
                                || id == ErrorNumber.ENOMEM.result(), "id " + id);
                    }
                    case 2 -> map.get(key).ifPresent(StackTraceStressTest::requireWhole);
                    default -> map.remove(key);
                }
            }
        });
        map.entries((key, value) -> requireWhole(value));
        map.clear();
        requireRoom(map);
    }

    private static void requireRoom(StackTraceMap map) {
        for (int number = 0, made = 0; made < ENTRIES; number++) {
            long id = map.idOf(trace(number), 0, DEPTH, 0);
            if (id != ErrorNumber.EEXIST.result()) {
                assertTrue(id >= 0, "a node was lost: " + made + " traces fit, then " + id);
                made++;
            }
        }
        assertEquals(Optional.empty(), map.get(SampleArena.little(ENTRIES, 4)));
    }
}
