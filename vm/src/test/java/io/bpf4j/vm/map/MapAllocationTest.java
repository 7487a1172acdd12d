package io.bpf4j.vm.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.bpf4j.vm.program.MapKind;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What programs do to maps makes no objects. */
class MapAllocationTest {

    private static final int STEPS = 20_000;

    @ParameterizedTest
    @CsvSource({"HASH,4,8", "HASH,8,16", "HASH,20,12", "PERCPU_HASH,8,8", "LRU_HASH,8,8", "LPM_TRIE,8,8",
        "ARRAY,4,8", "PERCPU_ARRAY,4,8", "QUEUE,0,8", "STACK,0,8", "RINGBUF,0,0"})
    void operationsAllocateNothing(MapKind kind, int keySize, int valueSize) {
        assumeTrue(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean,
                "this Java does not count what threads allocate");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int entries = kind == MapKind.RINGBUF ? 4096 : 16;
        SampleArena sample = SampleArena.of(SampleArena.spec(kind, keySize, valueSize, entries), 1);
        use(sample, STEPS);
        long before = threads.getCurrentThreadAllocatedBytes();
        assertEquals(STEPS, use(sample, STEPS));
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < STEPS, allocated + " bytes in " + STEPS + " rounds");
    }

    private static int use(SampleArena sample, int steps) {
        ArenaMap map = sample.map();
        int done = 0;
        for (int i = 0; i < steps; i++) {
            long key = sample.key(0, (map.spec().kind() == MapKind.LPM_TRIE ? 32L : 0) + i % 24);
            long value = sample.value(0, i);
            if (map instanceof RingMap ring) {
                ring.output(value, Long.BYTES, 0, 0);
            } else {
                map.update(0, key, value, 0);
                map.lookup(0, key);
                map.delete(key);
                map.push(value, 2);
                map.peek(value);
                map.pop(value);
            }
            done++;
        }
        return done;
    }
}
