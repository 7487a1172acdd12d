package io.bpf4j.vm.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.program.MapKind;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;

/** Lookups of prefixes find the right ones while other threads make and remove longer ones. */
class PrefixStressTest {

    private static final int THREADS = 4;
    private static final int STEPS = 60_000;
    private static final int SHORTEST = 8;
    private static final int BITS = 32;

    /** Writes a key for 10.x.x.x: its length in bits, then the address's bytes; the low byte of x is the last. */
    private static long key(SampleArena sample, int thread, int length, int x) {
        return sample.key(thread, length | (long) Integer.reverseBytes(10 << 24 | x & 0xff_ffff) << 32);
    }

    /** A value says which prefix it is of. */
    private static long value(int length, int x) {
        int kept = x & 0xff_ffff & -1 << BITS - length;
        return (long) length << 32 | kept;
    }

    @Test
    void theLongestPrefixThatStaysIsAlwaysFound() {
        int entries = 64;
        SampleArena sample = SampleArena.of(SampleArena.spec(MapKind.LPM_TRIE, 8, 8, entries), 1);
        ArenaMap map = sample.map();
        assertEquals(0, map.update(0, key(sample, 0, SHORTEST, 0), sample.value(0, value(SHORTEST, 0)), 0));
        assertEquals(0, map.update(0, key(sample, 0, 16, 0x770000), sample.value(0, value(16, 0x770000)), 0));
        AtomicLongArray made = new AtomicLongArray(BITS + 1);
        Threads.run(THREADS, thread -> change(sample, thread, made));
        long[] present = new long[BITS + 1];
        map.entries((key, value) -> {
            int length = (int) SampleArena.number(key);
            present[length]++;
            assertEquals(length, SampleArena.number(value) >>> 32);
        });
        for (int length = 0; length <= BITS; length++) {
            long stays = length == SHORTEST || length == 16 ? 1 : 0;
            assertEquals(made.get(length) + stays, present[length], "prefixes of length " + length);
        }
        map.clear();
        assertEquals(entries, ((HashTableMap) map).freeNodes());
        for (int length = 0; length <= BITS; length++) {
            assertTrue(!((HashTableMap) map).table.hasPrefix(length), "length " + length + " still counts");
        }
    }

    private static void change(SampleArena sample, int thread, AtomicLongArray made) {
        ArenaMap map = sample.map();
        SplittableRandom random = new SplittableRandom(thread);
        for (int i = 0; i < STEPS; i++) {
            int length = 20 + random.nextInt(4) * 4;
            int x = 0x770000 | random.nextInt(3) << 12 | random.nextInt(2) << 8 | random.nextInt(2);
            switch (random.nextInt(4)) {
                case 0 -> {
                    if (map.update(0, key(sample, thread, length, x),
                            sample.value(thread, value(length, x)), 1) == 0) {
                        made.incrementAndGet(length);
                    }
                }
                case 1 -> {
                    if (map.delete(key(sample, thread, length, x)) == 0) {
                        made.decrementAndGet(length);
                    }
                }
                case 2 -> {
                    long found = map.lookup(0, key(sample, thread, BITS, 0x010203));
                    assertEquals(value(SHORTEST, 0), sample.memory().getLong(found), "10.1.2.3");
                }
                default -> assertTrue(map.lookup(0, key(sample, thread, BITS, x)) != 0,
                        "a /16 stays, so something is found");
            }
        }
    }
}
