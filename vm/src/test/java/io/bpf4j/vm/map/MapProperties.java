package io.bpf4j.vm.map;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.program.MapKind;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Every kind of map does what a map of java.util does, with the kernel's error numbers. */
class MapProperties {

    private static final int MAXIMUM = 6;
    private static final int SHARDS = 3;

    /** One call. */
    record Step(int operation, int key, int shard, long flags, long value) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> step = Combinators.combine(Arbitraries.integers().between(0, 9),
                Arbitraries.integers().between(0, 9), Arbitraries.integers().between(0, SHARDS - 1),
                Arbitraries.of(0L, 0L, 0L, 1L, 2L, 3L, 4L, -1L), Arbitraries.longs().between(1, 1 << 20))
                .as(Step::new);
        return step.list().ofMaxSize(120);
    }

    @Provide
    Arbitrary<MapKind> hashes() {
        return Arbitraries.of(MapKind.HASH, MapKind.PERCPU_HASH);
    }

    private static byte[] key(int key, int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) 0x5a);
        bytes[size - 1] = (byte) key;
        return bytes;
    }

    private static long put(SampleArena sample, byte[] bytes, int offset) {
        sample.memory().putBytes(sample.page(0) + offset, bytes);
        return sample.page(0) + offset;
    }

    private static long expected(boolean found, int size, long flags) {
        if (Long.compareUnsigned(flags, 2) > 0) {
            return ErrorNumber.EINVAL.result();
        }
        if (found) {
            return flags == 1 ? ErrorNumber.EEXIST.result() : 0;
        }
        if (flags == 2) {
            return ErrorNumber.ENOENT.result();
        }
        return size == MAXIMUM ? ErrorNumber.E2BIG.result() : 0;
    }

    @Property(tries = 300)
    void hashesAreMaps(@ForAll("hashes") MapKind kind, @ForAll("steps") List<Step> steps,
            @ForAll("sizes") int keySize, @ForAll("sizes") int valueSize) {
        SampleArena sample = SampleArena.of(SampleArena.spec(kind, keySize, valueSize, MAXIMUM), SHARDS);
        ArenaMap map = sample.map();
        Map<Integer, byte[][]> model = new HashMap<>();
        for (Step step : steps) {
            int shard = kind.perCpu() ? step.shard() : 0;
            // Misaligned on purpose.
            long key = put(sample, key(step.key(), keySize), 3);
            byte[][] values = model.get(step.key());
            if (step.operation() < 5) {
                byte[] value = SampleArena.little(step.value(), valueSize);
                long expected = expected(values != null, model.size(), step.flags());
                assertEquals(expected, map.update(shard, key, put(sample, value, 1021), step.flags()));
                if (expected == 0) {
                    model.computeIfAbsent(step.key(), k -> new byte[map.shards()][valueSize])[shard] = value;
                }
            } else if (step.operation() < 8) {
                assertEquals(values == null ? ErrorNumber.ENOENT.result() : 0, map.delete(key));
                model.remove(step.key());
            } else {
                long at = map.lookup(shard, key);
                assertEquals(values == null, at == 0);
                if (values != null) {
                    assertArrayEquals(values[shard], sample.memory().getBytes(at, valueSize));
                }
            }
        }
        requireSame(map, model, keySize, valueSize);
        assertEquals(MAXIMUM - model.size(), ((HashTableMap) map).freeNodes());
        map.clear();
        assertEquals(MAXIMUM, ((HashTableMap) map).freeNodes());
    }

    @Provide
    Arbitrary<Integer> sizes() {
        return Arbitraries.of(1, 2, 4, 7, 8, 12, 16, 20, 37, 100);
    }

    private static void requireSame(ArenaMap map, Map<Integer, byte[][]> model, int keySize, int valueSize) {
        Set<Integer> seen = new HashSet<>();
        map.entries((key, value) -> {
            int number = key[keySize - 1];
            assertArrayEquals(key(number, keySize), key);
            assertTrue(seen.add(number), () -> number + " twice");
            int stride = map.shards() == 1 ? value.length : value.length / map.shards();
            for (int shard = 0; shard < map.shards(); shard++) {
                assertArrayEquals(model.get(number)[shard],
                        Arrays.copyOfRange(value, shard * stride, shard * stride + valueSize));
            }
        });
        assertEquals(model.keySet(), seen);
        assertEquals(model.size(), map.forEach(0, (key, value) -> true));
    }

    @Property(tries = 200)
    void aTrieFindsTheLongestPrefix(@ForAll("prefixes") List<Prefix> prefixes) {
        SampleArena sample = SampleArena.of(SampleArena.spec(MapKind.LPM_TRIE, 8, 4, MAXIMUM), 1);
        ArenaMap map = sample.map();
        Map<Prefix, Integer> model = new HashMap<>();
        int number = 0;
        for (Prefix prefix : prefixes) {
            long key = put(sample, prefix.bytes(), 0);
            Prefix masked = prefix.masked();
            switch (number++ % 3) {
                case 0 -> {
                    long expected = prefix.length() > 32
                            ? ErrorNumber.EINVAL.result()
                            : model.size() == MAXIMUM && !model.containsKey(masked)
                                    ? ErrorNumber.ENOSPC.result()
                                    : 0;
                    assertEquals(expected,
                            map.update(0, key, put(sample, SampleArena.little(number, 4), 64), 0));
                    if (expected == 0) {
                        model.put(masked, number);
                    }
                }
                case 1 -> {
                    long at = map.lookup(0, key);
                    Integer found = model.entrySet().stream()
                            .filter(e -> prefix.length() <= 32 && e.getKey().length() <= prefix.length()
                                    && e.getKey().covers(prefix))
                            .max(Comparator.comparingInt(e -> e.getKey().length())).map(Map.Entry::getValue)
                            .orElse(null);
                    assertEquals(found, at == 0 ? null : (Integer) sample.memory().getInt(at));
                }
                default -> {
                    long expected = prefix.length() > 32
                            ? ErrorNumber.EINVAL.result()
                            : model.remove(masked) == null ? ErrorNumber.ENOENT.result() : 0;
                    assertEquals(expected, map.delete(key));
                }
            }
        }
        Map<Prefix, Integer> seen = new HashMap<>();
        map.entries((key, value) -> seen.put(Prefix.of(key), (int) SampleArena.number(value)));
        assertEquals(model, seen);
    }

    /** A prefix of an address. */
    record Prefix(int length, int address) {
        static Prefix of(byte[] key) {
            return new Prefix((int) SampleArena.number(key),
                    Integer.reverseBytes((int) (SampleArena.number(key) >>> 32)));
        }

        byte[] bytes() {
            return SampleArena.little(
                    length & 0xffff_ffffL | (long) Integer.reverseBytes(address) << 32, 8);
        }

        Prefix masked() {
            return new Prefix(length, address & mask());
        }

        private int mask() {
            return length == 0 ? 0 : length >= 32 ? -1 : -1 << 32 - length;
        }

        boolean covers(Prefix other) {
            return (other.address & mask()) == address;
        }
    }

    @Provide
    Arbitrary<List<Prefix>> prefixes() {
        Arbitrary<Integer> addresses = Arbitraries.of(0x0a010203, 0x0a010204, 0x0a018000, 0x0a800000,
                0xc0a80101,
                0, -1);
        return Combinators.combine(Arbitraries.of(0, 1, 7, 8, 9, 16, 17, 23, 31, 32, 33), addresses)
                .as(Prefix::new)
                .list().ofMaxSize(150);
    }

    @Property(tries = 200)
    void queuesAndStacksAreDeques(@ForAll boolean stack, @ForAll("steps") List<Step> steps) {
        int valueSize = 12;
        SampleArena sample = SampleArena.of(
                SampleArena.spec(stack ? MapKind.STACK : MapKind.QUEUE, 0, valueSize, MAXIMUM), 1);
        ArenaMap map = sample.map();
        ArrayDeque<byte[]> model = new ArrayDeque<>();
        for (Step step : steps) {
            byte[] value = SampleArena.little(step.value(), valueSize);
            long at = put(sample, value, 5);
            if (step.operation() < 5) {
                long expected = step.flags() != 0 && step.flags() != 2
                        ? ErrorNumber.EINVAL.result()
                        : step.flags() == 0 && model.size() == MAXIMUM ? ErrorNumber.E2BIG.result() : 0;
                assertEquals(expected, map.push(at, step.flags()));
                if (expected == 0) {
                    if (model.size() == MAXIMUM) {
                        model.removeFirst();
                    }
                    model.addLast(value);
                }
            } else {
                byte[] next = stack ? model.peekLast() : model.peekFirst();
                boolean pop = step.operation() < 8;
                assertEquals(next == null ? ErrorNumber.ENOENT.result() : 0,
                        pop ? map.pop(at) : map.peek(at));
                assertArrayEquals(next == null ? new byte[valueSize] : next,
                        sample.memory().getBytes(at, valueSize));
                if (pop && next != null) {
                    model.remove(next);
                }
            }
        }
    }

    @Property(tries = 100)
    void aUsedEntryOfAnLruMapStays(@ForAll("steps") List<Step> steps) {
        SampleArena sample = SampleArena.of(SampleArena.spec(MapKind.LRU_HASH, 4, 4, MAXIMUM), 1);
        ArenaMap map = sample.map();
        long favourite = 1000;
        assertEquals(0, map.update(0, sample.key(0, favourite), sample.value(0, 1), 0));
        for (Step step : steps) {
            assertTrue(map.lookup(0, sample.key(0, favourite)) != 0);
            assertEquals(0, map.update(0, sample.key(0, step.value()), sample.value(0, step.value()), 0));
            assertTrue(map.get(SampleArena.little(step.value(), 4)).isPresent());
        }
        int[] count = {0};
        map.entries((key, value) -> count[0]++);
        assertEquals(MAXIMUM - count[0], ((HashTableMap) map).freeNodes());
        assertTrue(count[0] <= MAXIMUM);
    }

    @Property(tries = 100)
    void arraysAreArrays(@ForAll boolean perCpu, @ForAll("steps") List<Step> steps,
            @ForAll("sizes") int valueSize) {
        SampleArena sample = SampleArena.of(SampleArena.spec(perCpu ? MapKind.PERCPU_ARRAY : MapKind.ARRAY, 4,
                valueSize, MAXIMUM), SHARDS);
        ArenaMap map = sample.map();
        byte[][][] model = new byte[MAXIMUM][map.shards()][valueSize];
        for (Step step : steps) {
            int shard = perCpu ? step.shard() : 0;
            long key = sample.key(0, step.key());
            boolean inside = step.key() < MAXIMUM;
            if (step.operation() < 5) {
                byte[] value = SampleArena.little(step.value(), valueSize);
                long expected = Long.compareUnsigned(step.flags() & ~4, 2) > 0
                        ? ErrorNumber.EINVAL.result()
                        : !inside
                                ? ErrorNumber.E2BIG.result()
                                : step.flags() == 1
                                        ? ErrorNumber.EEXIST.result()
                                        : step.flags() == 4 ? ErrorNumber.EINVAL.result() : 0;
                assertEquals(expected, map.update(shard, key, put(sample, value, 1021), step.flags()));
                if (expected == 0) {
                    model[step.key()][shard] = value;
                }
            } else if (inside) {
                assertArrayEquals(model[step.key()][shard],
                        sample.memory().getBytes(map.lookup(shard, key), valueSize));
            } else {
                assertEquals(0, map.lookup(shard, key));
            }
            assertEquals(ErrorNumber.EINVAL.result(), map.delete(key));
        }
        assertEquals(MAXIMUM, map.forEach(0, (key, value) -> sample.memory().getInt(key) < MAXIMUM));
    }
}
