package io.bpf4j.loader.sys;

import io.bpf4j.vm.program.MapKind;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.sys.MapCalls.Shape;
import io.bpf4j.loader.sys.MapCalls.Update;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MapCallsTest {
    private Kernel kernel;
    private MapCalls maps;

    @BeforeEach
    void needsRoot() {
        kernel = Privileges.rootKernel();
        maps = new MapCalls(kernel);
    }

    @Test
    void anEntryIsMadeFoundReplacedAndDeleted() {
        try (var map = maps.create(MapParameters.of(MapKind.HASH, 4, 8, 16, "numbers"))) {
            var key = MapCalls.bytesOf(7);
            assertEquals(Optional.empty(), maps.lookup(map, key, 8));
            maps.update(map, key, MapCalls.bytesOf(70L), Update.ONLY_NEW);
            assertArrayEquals(MapCalls.bytesOf(70L), maps.lookup(map, key, 8).orElseThrow());
            assertEquals(Errno.EEXIST, assertThrows(SystemCallException.class,
                    () -> maps.update(map, key, MapCalls.bytesOf(71L), Update.ONLY_NEW)).errno());
            maps.update(map, key, MapCalls.bytesOf(72L), Update.ONLY_EXISTING);
            assertArrayEquals(MapCalls.bytesOf(72L), maps.take(map, key, 8).orElseThrow());
            assertFalse(maps.delete(map, key));
            assertEquals(Errno.ENOENT, assertThrows(SystemCallException.class,
                    () -> maps.update(map, key, MapCalls.bytesOf(73L), Update.ONLY_EXISTING)).errno());
            maps.update(map, key, MapCalls.bytesOf(74L), Update.ALWAYS);
            assertTrue(maps.delete(map, key));
        }
    }

    @Test
    void theKeysOfAWalkAreTheKeysOfTheMap() {
        try (var map = maps.create(MapParameters.of(MapKind.ARRAY, 4, 8, 5, "five"))) {
            var expected = 0;
            for (var key = maps.nextKey(map, new byte[0], 4); key
                    .isPresent(); key = maps.nextKey(map, key.get(), 4)) {
                assertArrayEquals(MapCalls.bytesOf(expected++), key.get());
            }
            assertEquals(5, expected);
        }
    }

    @Test
    void batchesWriteReadAndEmptyAMapOfManyEntries() {
        int count = 50_000;
        try (var map = maps.create(MapParameters.of(MapKind.HASH, 4, 8, count, "many"))) {
            var keys = ByteBuffer.allocate(count * 4).order(ByteOrder.LITTLE_ENDIAN);
            var values = ByteBuffer.allocate(count * 8).order(ByteOrder.LITTLE_ENDIAN);
            Map<Integer, Long> expected = new HashMap<>();
            for (int i = 0; i < count; i++) {
                keys.putInt(i * 3);
                values.putLong(i * 5L);
                expected.put(i * 3, i * 5L);
            }
            assertEquals(count, maps.updateAll(map, keys.array(), values.array(), count));
            Map<Integer, Long> seen = new HashMap<>();
            long walked = maps.forEach(map, new Shape(4, 8), 1000,
                    (k, keyAt, v, valueAt) -> seen.put(k.getInt(keyAt), v.getLong(valueAt)));
            assertEquals(count, walked);
            assertEquals(expected, seen);
            assertEquals(100, maps.deleteAll(map, keys.array(), 100));
            seen.clear();
            assertEquals(count - 100, maps.drain(map, new Shape(4, 8), 4096,
                    (k, keyAt, v, valueAt) -> seen.put(k.getInt(keyAt), v.getLong(valueAt))));
            assertEquals(count - 100, seen.size());
            assertEquals(Optional.empty(), maps.nextKey(map, new byte[0], 4));
        }
    }

    @Test
    void aBatchTooSmallForOneHashBucketGrows() {
        try (var map = maps.create(MapParameters.of(MapKind.HASH, 4, 8, 4096, "crowded"))) {
            for (int i = 0; i < 4096; i++) {
                maps.update(map, MapCalls.bytesOf(i), MapCalls.bytesOf((long) i), Update.ALWAYS);
            }
            assertEquals(4096, maps.forEach(map, new Shape(4, 8), 1, (k, keyAt, v, valueAt) -> {
                assertEquals(k.getInt(keyAt), v.getLong(valueAt));
            }));
        }
    }

    @Test
    void anEmptyMapIsWalkedInNoStep() {
        try (var map = maps.create(MapParameters.of(MapKind.HASH, 4, 8, 16, "empty"))) {
            assertEquals(0, maps.forEach(map, new Shape(4, 8), 16, (k, keyAt, v, valueAt) -> {
                throw new AssertionError("no entry");
            }));
        }
    }

    @Test
    void aPerCpuValueIsOneNumberForEachPossibleCpu() {
        int size = Cpus.perCpuValueSize(4);
        assertEquals(8 * Cpus.possible().length, size);
        try (var map = maps.create(MapParameters.of(MapKind.PERCPU_ARRAY, 4, 4, 1, "shards"))) {
            var all = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < Cpus.possible().length; i++) {
                all.putLong(100 + i);
            }
            maps.update(map, MapCalls.bytesOf(0), all.array(), Update.ALWAYS);
            assertArrayEquals(all.array(), maps.lookup(map, MapCalls.bytesOf(0), size).orElseThrow());
        }
    }

    @Test
    void aQueueHasNoKeys() {
        try (var map = maps.create(MapParameters.of(MapKind.QUEUE, 0, 8, 4, "queue"))) {
            maps.update(map, new byte[0], MapCalls.bytesOf(1L), Update.ALWAYS);
            maps.update(map, new byte[0], MapCalls.bytesOf(2L), Update.ALWAYS);
            assertArrayEquals(MapCalls.bytesOf(1L), maps.take(map, new byte[0], 8).orElseThrow());
            assertArrayEquals(MapCalls.bytesOf(2L), maps.take(map, new byte[0], 8).orElseThrow());
            assertEquals(Optional.empty(), maps.take(map, new byte[0], 8));
        }
    }

    @Test
    void aFrozenMapRefusesChanges() {
        try (var map = maps.create(MapParameters.of(MapKind.ARRAY, 4, 8, 1, "rodata")
                .withFlags(MapParameters.READ_ONLY_FOR_PROGRAMS))) {
            maps.update(map, MapCalls.bytesOf(0), MapCalls.bytesOf(1L), Update.ALWAYS);
            maps.freeze(map);
            assertEquals(Errno.EPERM, assertThrows(SystemCallException.class,
                    () -> maps.update(map, MapCalls.bytesOf(0), MapCalls.bytesOf(2L), Update.ALWAYS))
                    .errno());
        }
    }

    @Test
    void aMappedArrayShowsWhatWasStored() {
        try (var map = maps
                .create(MapParameters.of(MapKind.ARRAY, 4, 8, 4, "mapped").withFlags(MapParameters.MAPPABLE));
                var memory = kernel.map(map, Access.READ_WRITE, 0, 4096, () -> "mapping an array")) {
            maps.update(map, MapCalls.bytesOf(2), MapCalls.bytesOf(42L), Update.ALWAYS);
            assertEquals(42, memory.bytes().getLong(16));
            memory.bytes().putLong(24, 43);
            assertArrayEquals(MapCalls.bytesOf(43L), maps.lookup(map, MapCalls.bytesOf(3), 8).orElseThrow());
        }
    }

    @Test
    void theKernelDescribesAndListsWhatWeMade() {
        var objects = new ObjectCalls(kernel);
        try (var map = maps.create(MapParameters.of(MapKind.LRU_HASH, 4, 8, 16, "described by us!"))) {
            var info = objects.mapInfo(map);
            assertEquals("described_by_us", info.name());
            assertEquals(MapKind.LRU_HASH.number(), info.type());
            assertEquals(16, info.maxEntries());
            assertEquals(OptionalInt.of(info.id()), objects.nextId(ObjectCalls.Kind.MAP, info.id() - 1));
            try (var again = objects.open(ObjectCalls.Kind.MAP, info.id())) {
                assertEquals(info, objects.mapInfo(again));
            }
            assertEquals(OptionalInt.empty(), objects.nextId(ObjectCalls.Kind.MAP, Integer.MAX_VALUE - 1));
        }
    }
}
