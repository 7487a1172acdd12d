package io.bpf4j.vm.map;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hash maps stay whole when threads and processes change the same few keys at once, even if some of them die. */
class HashStressTest {

    private static final int THREADS = 4;
    private static final int STEPS = 100_000;

    private static List<Worker> run(SampleArena sample, Consumer<Worker> work) {
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            workers.add(new Worker(sample, i));
        }
        CompletableFuture.allOf(workers.stream()
                .map(worker -> CompletableFuture.runAsync(() -> work.accept(worker),
                        task -> new Thread(task).start()))
                .toArray(CompletableFuture<?>[]::new)).join();
        return workers;
    }

    private static long[] sum(List<long[]> parts) {
        long[] sum = new long[Worker.KEYS];
        parts.forEach(part -> Arrays.setAll(sum, i -> sum[i] + part[i]));
        return sum;
    }

    /** Checks that every value belongs to its key, and returns which keys there are. */
    private static long[] present(SampleArena sample) {
        long[] present = new long[Worker.KEYS];
        sample.map().entries((key, value) -> {
            int number = (int) SampleArena.number(key);
            present[number]++;
            for (int offset = 0; offset + 8 <= value.length; offset += 8) {
                long word = SampleArena.number(Arrays.copyOfRange(value, offset, offset + 8));
                assertEquals(number, word >>> 32, "a value of another key");
            }
        });
        return present;
    }

    private static int freeNodes(SampleArena sample) {
        return ((HashTableMap) sample.map()).freeNodes();
    }

    @ParameterizedTest
    @CsvSource({"HASH,4,8,16", "HASH,8,24,9", "HASH,8,16,5", "HASH,20,8,12", "PERCPU_HASH,8,8,10"})
    void keysAreUniqueAndNoNodeIsLost(MapKind kind, int keySize, int valueSize, int entries) {
        SampleArena sample = SampleArena.of(SampleArena.spec(kind, keySize, valueSize, entries), 1);
        List<Worker> workers = run(sample, worker -> worker.mix(STEPS));
        long[] present = present(sample);
        assertArrayEquals(sum(workers.stream().map(Worker::made).toList()), present);
        assertEquals(entries, freeNodes(sample) + Arrays.stream(present).sum());
    }

    @ParameterizedTest
    @CsvSource({"HASH,4,8,16", "HASH,8,8,12", "LRU_HASH,8,8,64"})
    void atomicCountsAreExact(MapKind kind, int keySize, int valueSize, int entries) {
        SampleArena sample = SampleArena.of(SampleArena.spec(kind, keySize, valueSize, entries), 1);
        List<Worker> workers = run(sample, worker -> worker.count(STEPS));
        long[] counted = new long[Worker.KEYS];
        sample.map()
                .entries((key, value) -> counted[(int) SampleArena.number(key)] += SampleArena.number(value));
        assertArrayEquals(sum(workers.stream().map(Worker::made).toList()), counted);
    }

    @ParameterizedTest
    @CsvSource({"8,16,5", "4,8,1"})
    void anLruMapThatOverflowsLosesNoNode(int keySize, int valueSize, int entries) {
        SampleArena sample = SampleArena.of(SampleArena.spec(MapKind.LRU_HASH, keySize, valueSize, entries),
                1);
        run(sample, worker -> worker.mix(STEPS / 2));
        assertEquals(entries, freeNodes(sample) + Arrays.stream(present(sample)).sum());
    }

    @Test
    void whatIsDrainedWasWrittenOnceAndIsGone() {
        SampleArena sample = SampleArena.of(SampleArena.spec(MapKind.HASH, 8, 8, 64), 1);
        Map<Long, Long> last = new HashMap<>();
        boolean[] done = new boolean[1];
        Thread drainer = new Thread(() -> {
            boolean again = true;
            while (again) {
                synchronized (done) {
                    again = !done[0];
                }
                sample.map().drain((key, value) -> {
                    Long before = last.put(SampleArena.number(key), SampleArena.number(value));
                    assertTrue(before == null || before < SampleArena.number(value), "older than before");
                });
            }
        });
        Throwable[] thrown = new Throwable[1];
        drainer.setUncaughtExceptionHandler((thread, problem) -> thrown[0] = problem);
        drainer.start();
        run(sample, worker -> worker.countByUpdate(STEPS));
        synchronized (done) {
            done[0] = true;
        }
        try {
            drainer.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertEquals(null, thrown[0]);
        assertEquals(64, freeNodes(sample));
        assertEquals(THREADS * Worker.KEYS, last.size());
    }

    @ParameterizedTest
    @CsvSource({"HASH,8,24,5", "LRU_HASH,4,24,5"})
    void aToolNeverReadsAnotherKeysValue(MapKind kind, int keySize, int valueSize, int entries) {
        SampleArena sample = SampleArena.of(SampleArena.spec(kind, keySize, valueSize, entries), 1);
        Threads.run(THREADS, thread -> {
            if (thread > 0) {
                new Worker(sample, thread).mix(STEPS);
                return;
            }
            for (int i = 0; i < STEPS; i++) {
                int key = i % Worker.KEYS;
                sample.map().get(SampleArena.little(key, keySize))
                        .ifPresent(value -> assertEquals(key, SampleArena.number(value) >>> 32,
                                "whose value it is"));
            }
        });
    }

    private static Path file(MapSpec spec) throws IOException {
        Path folder = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(folder), "no /dev/shm to share memory in");
        return Files.createTempFile(folder, "bpf4j-" + spec.kind().keyword(), ".arena");
    }

    @Test
    void processesShareAMap() throws IOException {
        MapSpec spec = SampleArena.spec(MapKind.HASH, 8, 16, 10);
        Path file = file(spec);
        try {
            SampleArena sample = SampleArena.inFile(file, spec, 1, true);
            List<Process> processes = List.of(Worker.start(file, spec, 1, "mix", STEPS),
                    Worker.start(file, spec, 2, "mix", STEPS));
            Worker own = new Worker(sample, 0);
            own.mix(STEPS);
            List<long[]> made = new ArrayList<>(List.of(own.made()));
            for (Process process : processes) {
                made.add(Worker.result(process));
            }
            long[] present = present(sample);
            assertArrayEquals(sum(made), present);
            assertEquals(10, freeNodes(sample) + Arrays.stream(present).sum());
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void processesShareAnLruMapThatOverflows() throws IOException {
        MapSpec spec = SampleArena.spec(MapKind.LRU_HASH, 8, 16, 5);
        Path file = file(spec);
        try {
            SampleArena sample = SampleArena.inFile(file, spec, 1, true);
            List<Process> processes = List.of(Worker.start(file, spec, 1, "mix", STEPS),
                    Worker.start(file, spec, 2, "mix", STEPS));
            new Worker(sample, 0).mix(STEPS);
            for (Process process : processes) {
                assertEquals(Worker.KEYS, Worker.result(process).length, "a process ended early");
            }
            long[] present = present(sample);
            assertTrue(Arrays.stream(present).allMatch(count -> count <= 1), () -> Arrays.toString(present));
            assertEquals(5, freeNodes(sample) + Arrays.stream(present).sum());
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void whoeverIsKilledStopsNobodyElse() throws IOException, InterruptedException {
        int killed = 6;
        MapSpec spec = SampleArena.spec(MapKind.HASH, 8, 16, 32);
        Path file = file(spec);
        try {
            SampleArena sample = SampleArena.inFile(file, spec, 1, true);
            Worker own = new Worker(sample, 0);
            for (int i = 0; i < killed; i++) {
                Process victim = Worker.start(file, spec, i + 1, "mix", Integer.MAX_VALUE);
                BufferedReader reader = new BufferedReader(new InputStreamReader(victim.getInputStream()));
                assertEquals("ready", reader.readLine());
                own.mix(STEPS / 4 + 10_007 * i);
                victim.destroyForcibly().waitFor();
            }
            own.mix(STEPS);
            long[] present = present(sample);
            assertTrue(Arrays.stream(present).allMatch(count -> count <= 1), () -> Arrays.toString(present));
            long left = freeNodes(sample) + Arrays.stream(present).sum();
            assertTrue(left >= spec.maxEntries() - killed && left <= spec.maxEntries(),
                    () -> left + " nodes are left");
        } finally {
            Files.delete(file);
        }
    }
}
