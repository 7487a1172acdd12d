package io.bpf4j.vm.map;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.map.layout.ArenaDescriptor;
import io.bpf4j.vm.map.layout.MapDescriptor;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.Region;
import io.bpf4j.vm.memory.Regions;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Arenas: what is where, and what opening one finds. */
class MapArenaTest {

    private static final long BASE = 0x10_0000L;
    private static final long ELSEWHERE = 0x7000_0000_0000L;

    private static MapSpec named(String name, MapKind kind, int keySize, int valueSize, int entries) {
        MapSpec spec = SampleArena.spec(kind, keySize, valueSize, entries);
        return new MapSpec(name, kind, spec.key(), spec.value(), entries, spec.flags(), spec.role());
    }

    private static List<MapSpec> ofEveryKind() {
        return List.of(named("a", MapKind.ARRAY, 4, 12, 3), named("b", MapKind.PERCPU_ARRAY, 4, 8, 3),
                named("c", MapKind.HASH, 8, 8, 100), named("d", MapKind.PERCPU_HASH, 12, 20, 7),
                named("e", MapKind.LRU_HASH, 4, 8, 9), named("f", MapKind.LRU_PERCPU_HASH, 4, 4, 1),
                named("g", MapKind.LPM_TRIE, 8, 4, 5), named("h", MapKind.QUEUE, 0, 8, 5),
                named("i", MapKind.STACK, 0, 8, 5), named("j", MapKind.STACK_TRACE, 4, 80, 16),
                named("k", MapKind.RINGBUF, 0, 0, 8192), named("l", MapKind.PERF_EVENT_ARRAY, 4, 4, 0),
                named("m", MapKind.PROG_ARRAY, 4, 4, 6));
    }

    @Test
    void whatOneProcessWritesAnotherOneFindsAtItsOwnAddress() {
        List<MapSpec> specs = ofEveryKind();
        Memory memory = Memory.allocate((int) MapArena.bytes(specs, 3), BASE);
        MapArena made = MapArena.create(memory, BASE, specs, 3);
        assertEquals(0,
                made.map("c").orElseThrow().put(SampleArena.little(5, 8), SampleArena.little(50, 8), 0));
        assertEquals(0, made.map("h").orElseThrow().push(SampleArena.little(7, 8), 0));
        MapArena opened = MapArena.open(new Memory(memory.buffer(), ELSEWHERE), ELSEWHERE, specs);
        assertEquals(3, opened.shards());
        assertArrayEquals(SampleArena.little(50, 8),
                opened.map("c").orElseThrow().get(SampleArena.little(5, 8)).orElseThrow());
        assertArrayEquals(SampleArena.little(7, 8), opened.map("h").orElseThrow().pop().orElseThrow());
        for (ArenaMap map : opened.maps()) {
            assertEquals(map, opened.table().byHandle(map.handle()));
            assertEquals(map.spec().kind().number(),
                    memory.getInt(map.handle() - ELSEWHERE + BASE + MapDescriptor.KIND));
        }
        assertEquals(null, opened.table().byHandle(ELSEWHERE));
    }

    @Test
    void anArenaOfOtherMapsIsNotOpened() {
        List<MapSpec> specs = ofEveryKind();
        Memory memory = Memory.allocate((int) MapArena.bytes(specs, 1), BASE);
        assertThrows(IllegalArgumentException.class, () -> MapArena.open(memory, BASE, specs));
        MapArena.create(memory, BASE, specs, 1);
        List<MapSpec> others = new ArrayList<>(specs);
        others.set(2, named("c", MapKind.HASH, 4, 8, 100));
        assertEquals("the arena's map in place of c is another one",
                assertThrows(IllegalArgumentException.class, () -> MapArena.open(memory, BASE, others))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> MapArena.open(memory, BASE, specs.subList(0, 3)));
    }

    @Test
    void noPartLiesInAnotherOne() {
        List<MapSpec> specs = ofEveryKind();
        Memory memory = Memory.allocate((int) MapArena.bytes(specs, 4), BASE);
        MapArena arena = MapArena.create(memory, BASE, specs, 4);
        List<Region> regions = arena.maps().stream().flatMap(map -> map.regions().stream()).toList();
        assertDoesNotThrow(() -> new Regions(regions));
        for (Region region : regions) {
            assertTrue(region.start() >= BASE + ArenaDescriptor.parts(specs.size()));
            assertTrue(region.end() <= BASE + memory.size());
        }
        ArenaMap shards = arena.map("b").orElseThrow();
        assertEquals(0, shards.plan().shardBytes() % ArenaDescriptor.PAGE);
        assertEquals(4 * shards.plan().shardBytes(), 4L * ArenaDescriptor.PAGE);
    }

    @Test
    void globalVariablesHaveTheirValuesAndConstantsStay() {
        MapSpec constants = new MapSpec(".rodata", MapKind.ARRAY, IntType.U32, SampleArena.bytes(13), 1,
                MapSpec.READ_ONLY_FOR_PROGRAMS, new MapRole.Globals(MapRole.Globals.Section.READ_ONLY),
                new byte[]{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13});
        SampleArena sample = SampleArena.of(constants, 1);
        Region region = sample.map().regions().getFirst();
        assertFalse(region.writable());
        assertTrue(region.contains(region.start() + 12, 1));
        assertFalse(region.contains(region.start() + 13, 1));
        assertArrayEquals(constants.initialData(), sample.memory().getBytes(region.start(), 13));
    }

    @Test
    void theStacksOfThreadsHaveIds() {
        SampleArena sample = SampleArena.of(SampleArena.spec(MapKind.STACK_TRACE, 4, 80, 64), 1);
        StackTraceMap map = (StackTraceMap) sample.map();
        Map<Integer, long[]> stacks = new HashMap<>();
        int taken = 0;
        for (int i = 0; i < 200; i++) {
            long[] stack = {99, 0x1000 + i, 0x2000 + 7L * i, i};
            long id = map.idOf(stack, 1, 3, 0);
            if (id >= 0) {
                assertEquals(null, stacks.put((int) id, stack), "an id twice");
                assertEquals(id, map.idOf(stack, 1, 3, 0));
            } else {
                assertEquals(ErrorNumber.EEXIST.result(), id);
                taken++;
            }
        }
        assertTrue(taken > 0 && stacks.size() > 20, stacks.size() + " ids");
        map.entries((key, value) -> {
            long[] stack = stacks.get((int) SampleArena.number(key));
            for (int i = 0; i < 10; i++) {
                assertEquals(i < 3 ? stack[i + 1] : 0,
                        SampleArena.number(Arrays.copyOfRange(value, 8 * i, 8 * i + 8)));
            }
        });
        int id = stacks.keySet().iterator().next();
        byte[] key = SampleArena.little(id, 4);
        assertEquals(0, map.remove(key));
        assertEquals(ErrorNumber.ENOENT.result(), map.remove(key));
        assertEquals(ErrorNumber.E2BIG.result(), map.remove(SampleArena.little(64, 4)));
        assertEquals(id, map.idOf(stacks.get(id), 1, 3, StackTraceMap.REPLACE));
        // As in the kernel, a map in which every id is taken has no room for one more trace, to replace another by.
        int used = stacks.size();
        for (int i = 0; i < 1000; i++) {
            int before = used;
            long added = map.idOf(new long[]{i, i * 31L}, 0, 2, StackTraceMap.REPLACE);
            assertEquals(before == 64, added == ErrorNumber.ENOMEM.result());
            int[] count = {0};
            map.entries((oneKey, value) -> count[0]++);
            used = count[0];
        }
        assertEquals(64, used);
    }

    @Test
    void whatCannotBeIsRefused() {
        for (MapSpec spec : List.of(named("x", MapKind.HASH, 8, 8, 0), named("x", MapKind.ARRAY, 8, 8, 1),
                named("x", MapKind.RINGBUF, 0, 0, 5000), named("x", MapKind.STACK, 0, 8, 1 << 20),
                named("x", MapKind.QUEUE, 4, 8, 1), named("x", MapKind.LPM_TRIE, 4, 8, 1),
                named("x", MapKind.STACK_TRACE, 4, 12, 1))) {
            assertThrows(IllegalArgumentException.class, () -> MapArena.bytes(List.of(spec), 1),
                    spec::toString);
        }
        Memory memory = Memory.allocate(8192, BASE);
        assertThrows(IllegalArgumentException.class,
                () -> MapArena.create(memory, BASE, List.of(named("x", MapKind.HASH, 8, 8, 1000)), 1));
    }

    @Test
    void toolsSeeAllShardsAndDrainThem() {
        SampleArena sample = SampleArena.of(SampleArena.spec(MapKind.PERCPU_HASH, 4, 4, 8), 3);
        ArenaMap map = sample.map();
        for (int shard = 0; shard < 3; shard++) {
            assertEquals(0, map.update(shard, sample.key(0, 6), sample.value(0, 100 + shard), 0));
        }
        byte[] all = map.get(SampleArena.little(6, 4)).orElseThrow();
        assertEquals(24, all.length);
        List<Long> drained = new ArrayList<>();
        map.drain((key, value) -> {
            for (int at = 0; at < value.length; at += 8) {
                drained.add(SampleArena.number(Arrays.copyOfRange(value, at, at + 8)));
            }
        });
        assertEquals(List.of(100L, 101L, 102L), drained);
        assertTrue(map.get(SampleArena.little(6, 4)).isEmpty());
        assertEquals(0, map.put(SampleArena.little(6, 4), all, 1));
        assertArrayEquals(all, map.get(SampleArena.little(6, 4)).orElseThrow());
        assertEquals(0, map.update(1, sample.key(0, 7), sample.value(0, 5), 0));
        assertEquals(0, SampleArena.number(map.get(SampleArena.little(7, 4)).orElseThrow()), "another shard");
        assertEquals(8,
                SampleArena.of(SampleArena.spec(MapKind.ARRAY, 4, 8, 8), 1).map().forEach(0, (k, v) -> true));
    }
}
