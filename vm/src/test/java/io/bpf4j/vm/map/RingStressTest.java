package io.bpf4j.vm.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ring with many producers and one consumer loses nothing, tears nothing and keeps each producer's order. */
class RingStressTest {

    private static final int RECORDS = 50_000;

    private static MapSpec ring(int bytes) {
        return SampleArena.spec(MapKind.RINGBUF, 0, 0, bytes);
    }

    /** Checks records as they come. */
    private static final class Checker implements RingReader.Handler {
        private final int[] next = new int[64];
        private int records;

        @Override
        public void record(ByteBuffer bytes, int offset, int length) {
            int first = bytes.getInt(offset);
            for (int i = 0; i + 4 <= length; i += 4) {
                assertEquals(first, bytes.getInt(offset + i), "a torn record");
            }
            int producer = first >>> 24;
            int sequence = first & 0xff_ffff;
            assertTrue(sequence >= next[producer], "an old record");
            next[producer] = sequence + 1;
            records++;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 1 << 16})
    void threadsProduceAndNothingIsLost(int bytes) {
        SampleArena sample = SampleArena.of(ring(bytes), 1);
        AtomicInteger running = new AtomicInteger(4);
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Worker worker = new Worker(sample, i);
            workers.add(worker);
            new Thread(() -> {
                worker.produce(RECORDS);
                running.decrementAndGet();
            }).start();
        }
        Checker checker = new Checker();
        RingReader reader = new RingReader((RingMap) sample.map());
        while (running.get() > 0) {
            reader.drain(checker);
        }
        reader.drain(checker);
        RingMap map = (RingMap) sample.map();
        assertEquals(map.producerPosition(), map.consumerPosition());
        assertEquals(0, reader.abandoned());
        assertEquals(workers.stream().mapToLong(worker -> worker.made()[0]).sum(), checker.records);
    }

    @Test
    void overflowIsCountedExactly() {
        SampleArena sample = SampleArena.of(ring(4096), 1);
        RingMap map = (RingMap) sample.map();
        int kept = 0;
        for (int i = 0; i < 1000; i++) {
            kept += map.output(sample.value(0, i), 40, 0, 0) ? 1 : 0;
        }
        assertEquals(1000 - kept, map.dropCount());
        List<Long> seen = new ArrayList<>();
        new RingReader(map).drain((buffer, offset, length) -> seen.add(buffer.getLong(offset)));
        assertEquals(kept, seen.size());
        for (int i = 0; i < kept; i++) {
            assertEquals(i, seen.get(i));
        }
        assertTrue(kept >= 4096 / 48 - 1, () -> kept(seen));
    }

    private static String kept(List<Long> seen) {
        return seen.size() + " records found room";
    }

    @Test
    void aRecordThatDoesNotFitTheEndGoesToTheStart() {
        SampleArena sample = SampleArena.of(ring(4096), 1);
        RingMap map = (RingMap) sample.map();
        RingReader reader = new RingReader(map);
        int records = 0;
        for (int length = 0; length <= 1500; length++) {
            long record = map.reserve(length, 7);
            assertTrue(record != 0, "no room for " + length);
            assertEquals(length, map.length(record));
            map.commit(record, false, 0);
            int expected = length;
            records += reader.drain((buffer, offset, size) -> assertEquals(expected, size));
        }
        assertEquals(1501, records);
        assertEquals(0, map.dropCount());
        assertEquals(0, map.reserve(4096 - 15, 0));
        assertEquals(1, map.dropCount());
    }

    @Test
    void anUnfinishedRecordHoldsBackThoseBehindIt() {
        SampleArena sample = SampleArena.of(ring(4096), 1);
        RingMap map = (RingMap) sample.map();
        Set<Integer> dead = ConcurrentHashMap.newKeySet();
        RingReader reader = new RingReader(map, owner -> !dead.contains(owner));
        long first = map.reserve(8, 3);
        map.output(sample.value(0, 42), 8, 4, 0);
        List<Long> seen = new ArrayList<>();
        RingReader.Handler handler = (buffer, offset, length) -> seen.add(buffer.getLong(offset));
        assertEquals(0, reader.drain(handler));
        dead.add(3);
        assertEquals(1, reader.drain(handler));
        assertEquals(List.of(42L), seen);
        assertEquals(1, reader.abandoned());
        assertTrue(first != 0);
    }

    @Test
    void aSleepingConsumerIsWokenOnce() {
        SampleArena sample = SampleArena.of(ring(4096), 1);
        RingMap map = (RingMap) sample.map();
        RingReader reader = new RingReader(map);
        int[] woken = {0};
        map.setWaker(() -> woken[0]++);
        map.output(sample.value(0, 1), 8, 0, 0);
        assertEquals(0, woken[0]);
        assertEquals(-1, reader.prepareToWait());
        reader.endWait();
        reader.drain((buffer, offset, length) -> {});
        long before = reader.prepareToWait();
        assertEquals(reader.wakeups(), before);
        map.output(sample.value(0, 1), 8, 0, RingMap.NO_WAKEUP);
        assertEquals(reader.wakeups(), before);
        map.output(sample.value(0, 1), 8, 0, 0);
        assertEquals(reader.wakeups(), before + 1);
        reader.endWait();
        map.output(sample.value(0, 1), 8, 0, RingMap.FORCE_WAKEUP);
        assertEquals(2, woken[0]);
    }

    @Test
    void processesProduceAndKilledOnesAreSkipped() throws IOException, InterruptedException {
        Path folder = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(folder), "no /dev/shm to share memory in");
        MapSpec spec = ring(1 << 14);
        Path file = Files.createTempFile(folder, "bpf4j-ring", ".arena");
        try {
            SampleArena sample = SampleArena.inFile(file, spec, 1, true);
            Set<Integer> dead = ConcurrentHashMap.newKeySet();
            RingReader reader = new RingReader((RingMap) sample.map(), owner -> !dead.contains(owner));
            Checker checker = new Checker();
            Process steady = Worker.start(file, spec, 1, "produce", RECORDS);
            for (int i = 2; i < 7; i++) {
                Process victim = Worker.start(file, spec, i, "produce", Integer.MAX_VALUE);
                assertEquals("ready",
                        new BufferedReader(new InputStreamReader(victim.getInputStream())).readLine());
                int enough = checker.records + 5000 + 997 * i;
                while (checker.records < enough) {
                    reader.drain(checker);
                }
                victim.destroyForcibly().waitFor();
                dead.add(i);
            }
            while (steady.isAlive()) {
                reader.drain(checker);
            }
            reader.drain(checker);
            RingMap map = (RingMap) sample.map();
            assertEquals(map.producerPosition(), map.consumerPosition());
            assertTrue(checker.next[1] > RECORDS - 100, "the steady producer got to " + checker.next[1]);
            assertTrue(reader.abandoned() <= 5, () -> reader.abandoned() + " abandoned");
        } finally {
            Files.delete(file);
        }
    }
}
