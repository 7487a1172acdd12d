package io.bpf4j.vm.map;

import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** One of several threads or processes that use a map at the same time. */
final class Worker {

    /** How many different keys they use. */
    static final int KEYS = 12;

    private final SampleArena sample;
    private final ArenaMap map;
    private final int thread;
    private final SplittableRandom random;
    /** For each key, how often this worker made it minus how often it removed it; for 0, records submitted. */
    private final long[] made = new long[KEYS];

    Worker(SampleArena sample, int thread) {
        this.sample = sample;
        this.map = sample.map();
        this.thread = thread;
        this.random = new SplittableRandom(thread);
    }

    long[] made() {
        return made;
    }

    /** Returns the value that a key may have: the same in all of its words. */
    static long value(int key, int salt) {
        return (long) key << 32 | salt;
    }

    /** Makes, changes, finds and removes keys at random. */
    void mix(int steps) {
        for (int i = 0; i < steps; i++) {
            int key = random.nextInt(KEYS);
            long keyAt = sample.key(thread, key);
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    if (map.update(0, keyAt, value(key), 1) == 0) {
                        made[key]++;
                    }
                }
                case 2, 3 -> map.update(0, keyAt, value(key), 2);
                case 4, 5 -> {
                    if (map.delete(keyAt) == 0) {
                        made[key]--;
                    }
                }
                default -> {
                    long found = map.lookup(0, keyAt);
                    if (found != 0) {
                        sample.memory().getLong(found);
                    }
                }
            }
        }
    }

    private long value(int key) {
        long value = value(key, random.nextInt(1 << 30));
        long at = sample.value(thread, value);
        for (int offset = 8; offset < map.spec().valueSize(); offset += 8) {
            sample.memory().putLong(at + offset, value);
        }
        return at;
    }

    /** Adds one to counters of random keys, making those that are not there. */
    void count(int steps) {
        for (int i = 0; i < steps; i++) {
            int key = random.nextInt(KEYS);
            long keyAt = sample.key(thread, key);
            long counter = map.lookup(0, keyAt);
            if (counter == 0) {
                map.update(0, keyAt, sample.value(thread, 0), 1);
                counter = map.lookup(0, keyAt);
            }
            sample.memory().getAndAddLong(counter, 1);
            made[key]++;
        }
    }

    /** Adds one to counters that somebody drains meanwhile. */
    void countByUpdate(int steps) {
        for (int i = 0; i < steps; i++) {
            int key = random.nextInt(KEYS) + thread * KEYS;
            map.update(0, sample.key(thread, key), sample.value(thread, i + 1L), 0);
        }
    }

    /** Writes records to a ring: the worker's number, a sequence number, and words made of both. */
    void produce(int records) {
        RingMap ring = (RingMap) map;
        for (int i = 0; i < records; i++) {
            int words = 2 + random.nextInt(12);
            long length = 8L * words - random.nextInt(8);
            long record = ring.reserve(length, thread);
            while (record == 0) {
                Thread.onSpinWait();
                record = ring.reserve(length, thread);
            }
            fill(sample.memory(), record, ring.length(record), i);
            boolean discard = random.nextInt(16) == 0;
            ring.commit(record, discard, 0);
            made[0] += discard ? 0 : 1;
        }
    }

    private void fill(Memory memory, long record, int length, int sequence) {
        for (int offset = 0; offset + 4 <= length; offset += 4) {
            memory.putInt(record + offset, thread << 24 | sequence & 0xff_ffff);
        }
    }

    /** Starts a process that works on the arena in a file. */
    static Process start(Path file, MapSpec spec, int thread, String work, int steps) throws IOException {
        return new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Xshare:auto",
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                Worker.class.getName(),
                file.toString(), spec.kind().name(), "" + spec.keySize(), "" + spec.valueSize(),
                "" + spec.maxEntries(), "" + thread, work, "" + steps)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Reads what a finished process printed: see {@link #made}. */
    static long[] result(Process process) throws IOException {
        String text = new String(process.getInputStream().readAllBytes());
        String[] lines = text.split("\n");
        return Arrays.stream(lines[lines.length - 1].trim().split(" ")).mapToLong(Long::parseLong).toArray();
    }

    /** The process. */
    public static void main(String[] arguments) throws IOException {
        MapSpec spec = SampleArena.spec(MapKind.valueOf(arguments[1]), Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
        SampleArena sample = SampleArena.inFile(Path.of(arguments[0]), spec, 1, false);
        Worker worker = new Worker(sample, Integer.parseInt(arguments[5]));
        int steps = Integer.parseInt(arguments[7]);
        System.out.println("ready");
        System.out.flush();
        switch (arguments[6]) {
            case "mix" -> worker.mix(steps);
            case "count" -> worker.count(steps);
            default -> worker.produce(steps);
        }
        System.out.println(
                Arrays.stream(worker.made).mapToObj(Long::toString).collect(Collectors.joining(" ")));
    }
}
