package io.bpf4j.loader.inprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.engine.helper.SystemEnvironment;
import io.bpf4j.vm.map.MapArena;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps as machine code leave every byte of the arena as Java's do, and give the same answers. */
class SelfContainedMapsTest {

    private static final int SHARDS = 3;
    private static final int RESULTS = 4096;
    private static final int CALLS = 120;
    private static final int PROGRAMS = 20;
    private static final String MAP = "m";

    /** What a program left. */
    private record Traces(long result, byte[] results, byte[] arena) {}

    private static Type bytes(int size) {
        return switch (size) {
            case 0 -> VoidType.VOID;
            case 4 -> IntType.U32;
            case 8 -> IntType.U64;
            default -> new ArrayType(IntType.U8, size);
        };
    }

    private static MapSpec map(String name, MapKind kind, int keySize, int valueSize, int entries) {
        int flags = kind == MapKind.LPM_TRIE ? MapSpec.NO_PREALLOCATION : 0;
        return new MapSpec(name, kind, bytes(keySize), bytes(valueSize), entries, flags, new MapRole.Plain());
    }

    private static Traces run(String text, boolean machineCode, int shard, MapSpec... maps) {
        LinuxKernel kernel = LinuxKernel.instance();
        List<MapSpec> specs = List.of(maps);
        int arenaBytes = (int) MapArena.bytes(specs, SHARDS);
        try (NativeBlock block = new NativeBlock(kernel, arenaBytes + Execution.bytes(RESULTS));
                var machineEngine = new SelfContainedEngine(kernel, HostProcessor.features(),
                        Optional.empty());
                SystemEnvironment world = new SystemEnvironment(line -> {})) {
            long base = block.memory().base();
            MapArena arena = MapArena.create(block.memory(), base, specs, SHARDS);
            Machine machine = new Machine(block.memory(), arena.table(), StandardHelpers.table());
            Execution execution = new Execution(machine, world, base + arenaBytes, RESULTS, shard);
            long context = execution.setContext("the results", new byte[RESULTS], true);
            Assembly assembly = Assembler.assemble(text);
            Program program = new Program("test", ProgramType.KPROBE, new AttachSpec.Manual(),
                    assembly.instructions(), assembly.references(), List.of(), List.of());
            Engine engine = machineCode ? machineEngine : new Interpreter();
            long result = engine.prepare(Unproved.program(program, machine, Checking.NONE)).run(execution,
                    context, 0);
            return new Traces(result, execution.context(), block.memory().getBytes(base, arenaBytes));
        }
    }

    private static void assertSame(String text, MapSpec... maps) {
        for (int shard : new int[]{0, 2}) {
            Traces java = run(text, false, shard, maps);
            Traces machine = run(text, true, shard, maps);
            assertEquals(java.result, machine.result, text);
            assertArrayEquals(java.results, machine.results, text);
            assertArrayEquals(java.arena, machine.arena, text);
        }
    }

    /** Names the map in R1, at times so that nobody knows which it is. */
    private static String name(SplittableRandom random) {
        return random.nextInt(4) == 0
                ? "r1 = map[m] ll\n*(u64 *)(r10 - 8) = r1\nr2 = *(u64 *)(r10 - 8)\nr1 = r2\n"
                : "r1 = map[m] ll\n";
    }

    /** Keys are at R10 - 256, with few different ones; values at R10 - 512. */
    private static String operation(SplittableRandom random, MapKind kind, int keySize) {
        StringBuilder text = new StringBuilder();
        if (kind == MapKind.LPM_TRIE) {
            text.append("*(u32 *)(r10 - 256) = " + random.nextInt(-1, (keySize - 4) * 8 + 3) + "\n");
            text.append("*(u8 *)(r10 - 252) = " + (random.nextInt(4) << 6) + "\n*(u8 *)(r10 - "
                    + (256 - keySize + 1) + ") = " + random.nextInt(3) + "\n");
        } else if (keySize > 0) {
            text.append("*(u8 *)(r10 - " + (256 - (random.nextBoolean() ? 0 : keySize - 1)) + ") = "
                    + random.nextInt(5) + "\n");
        }
        text.append("*(u64 *)(r10 - 512) = " + random.nextInt(1 << 30) + "\n");
        String map = name(random);
        String key = "r2 = r10\nr2 += -256\n";
        String value = "r2 = r10\nr2 += -512\n";
        int flags = random.nextInt(4);
        return text + switch (random.nextInt(keySize == 0 ? 4 : 8)) {
            case 0, 1 -> map + value + "r3 = " + new int[]{0, 2, 2, 1}[flags] + "\ncall bpf_map_push_elem\n";
            case 2 -> map + value + "call bpf_map_pop_elem\n";
            case 3 -> map + value + "call bpf_map_peek_elem\n";
            case 4 -> map + key + "call bpf_map_delete_elem\n";
            case 5 ->
                map + key + "call bpf_map_lookup_elem\nif r0 == 0 goto +2\nr1 = *(u8 *)(r0 + 0)\nr0 = r1\n";
            default -> map + key + "r3 = r10\nr3 += -512\nr4 = " + flags + "\ncall bpf_map_update_elem\n";
        };
    }

    @ParameterizedTest
    @CsvSource({"HASH,4,8,6", "HASH,8,16,8", "HASH,1,1,3", "HASH,2,3,5", "HASH,3,5,5", "HASH,5,7,5",
        "HASH,7,20,4",
        "HASH,16,200,7", "HASH,20,130,5", "HASH,64,8,9", "PERCPU_HASH,8,8,6", "PERCPU_HASH,12,140,5",
        "LRU_HASH,8,8,3",
        "LRU_HASH,20,30,2", "LRU_PERCPU_HASH,4,12,3", "LPM_TRIE,8,8,9", "LPM_TRIE,5,8,9", "LPM_TRIE,20,150,9",
        "ARRAY,4,8,4", "ARRAY,4,131,4", "PERCPU_ARRAY,4,12,4", "QUEUE,0,8,4", "QUEUE,0,133,3", "STACK,0,8,4",
        "STACK,0,21,3"})
    void everyByteIsTheSame(MapKind kind, int keySize, int valueSize, int entries) {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StringBuilder text = new StringBuilder("r9 = r1\n");
            for (int at = 16; at <= 512; at += 8) {
                text.append("*(u64 *)(r10 - " + at + ") = 0\n");
            }
            for (int i = 0; i < CALLS; i++) {
                text.append(operation(random, kind, keySize)).append("*(u64 *)(r9 + " + 8 * i + ") = r0\n");
                text.append("r1 = *(u64 *)(r10 - 512)\n*(u64 *)(r9 + " + (8 * (CALLS + i)) + ") = r1\n");
            }
            assertSame(text + "r0 = 7\nexit\n", map(MAP, kind, keySize, valueSize, entries));
        }
    }

    /** Calls back for each entry: adds keys and values up, and ends when told. */
    @ParameterizedTest
    @CsvSource({"HASH,8,8,40", "PERCPU_HASH,8,8,40", "LRU_HASH,8,8,40", "HASH,12,16,40", "ARRAY,4,8,9",
        "PERCPU_ARRAY,4,8,9"})
    void entriesAreVisitedInTheSameOrder(MapKind kind, int keySize, int valueSize, int entries) {
        for (int most : new int[]{1, 4, 1000}) {
            StringBuilder text = new StringBuilder("r9 = r1\n");
            for (int i = 0; i < 9; i++) {
                text.append("*(u64 *)(r10 - 32) = " + i + "\n*(u64 *)(r10 - 24) = 0\n*(u64 *)(r10 - 64) = "
                        + (100 + i)
                        + "\n*(u64 *)(r10 - 56) = 5\nr1 = map[m] ll\nr2 = r10\nr2 += -32\nr3 = r10\nr3 += -64\nr4 = 0\n"
                        + "call bpf_map_update_elem\n");
            }
            text.append("""
                    *(u64 *)(r9 + 0) = 0
                    r1 = map[m] ll
                    r2 = subprog[+7] ll
                    r3 = r9
                    r4 = 0
                    call bpf_for_each_map_elem
                    r6 = r0
                    r0 = r6
                    exit
                    r5 = *(u64 *)(r4 + 0)
                    r5 += 1
                    *(u64 *)(r4 + 0) = r5
                    r0 = 0
                    if r5 < #most# goto more
                    r0 = 1
                    more:
                    r1 = *(u32 *)(r2 + 0)
                    r2 = *(u64 *)(r3 + 0)
                    r2 <<= 8
                    r2 |= r1
                    r5 <<= 3
                    r4 += r5
                    *(u64 *)(r4 + 0) = r2
                    exit
                    """.replace("#most#", "" + most));
            assertSame(text.toString(), map(MAP, kind, keySize, valueSize, entries));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PERCPU_HASH", "PERCPU_ARRAY", "LRU_PERCPU_HASH", "HASH"})
    void anyShardCanBeLookedUp(MapKind kind) {
        StringBuilder text = new StringBuilder("r9 = r1\n*(u32 *)(r10 - 4) = 2\n*(u64 *)(r10 - 16) = 55\n"
                + "r1 = map[m] ll\nr2 = r10\nr2 += -4\nr3 = r10\nr3 += -16\nr4 = 0\ncall bpf_map_update_elem\n");
        for (int shard : new int[]{0, 1, 2, 3, -1}) {
            text.append("r1 = map[m] ll\nr2 = r10\nr2 += -4\nr3 = " + shard
                    + "\ncall bpf_map_lookup_percpu_elem\n"
                    + "if r0 == 0 goto +1\nr0 = *(u64 *)(r0 + 0)\n*(u64 *)(r9 + " + 8 * (shard + 1)
                    + ") = r0\n");
        }
        assertSame(text + "r0 = 0\nexit\n", map(MAP, kind, 4, 8, 4));
    }

    @Test
    void recordsGoToTheRightRing() {
        StringBuilder text = new StringBuilder("r9 = r1\n*(u64 *)(r10 - 8) = 7\n*(u64 *)(r10 - 16) = 9\n");
        for (int i = 0; i < 150; i++) {
            String ring = i % 3 == 0 ? "m" : "other";
            text.append("r1 = map[" + ring + "] ll\nr2 = " + (8 + i % 90)
                    + "\nr3 = 0\ncall bpf_ringbuf_reserve\n"
                    + "*(u64 *)(r9 + " + 8 * (i % 100 + 300)
                    + ") = 0\nif r0 == 0 goto +6\n*(u64 *)(r0 + 0) = " + i
                    + "\nr1 = r0\nr2 = " + i % 2 + "\ncall bpf_ringbuf_" + (i % 7 == 0 ? "discard" : "submit")
                    + "\nr0 = 1\n*(u64 *)(r9 + " + 8 * (i % 100 + 300) + ") = r0\n");
            text.append(
                    "r1 = r9\nr2 = map[perf] ll\nr3 = " + new String[]{"0xffffffff ll", "1", "2", "-1"}[i % 4]
                            + "\nr4 = r10\nr4 += -16\nr5 = " + i % 17
                            + "\ncall bpf_perf_event_output\n*(u64 *)(r9 + " + 8 * i
                            + ") = r0\n");
        }
        assertSame(text + "r0 = 0\nexit\n", map(MAP, MapKind.RINGBUF, 0, 0, 4096),
                map("other", MapKind.RINGBUF, 0, 0, 8192), map("perf", MapKind.PERF_EVENT_ARRAY, 4, 4, 2));
    }

    @Test
    void whatAKindCannotDoIsRefusedAlike() {
        List<MapSpec> maps = List.of(map(MAP, MapKind.RINGBUF, 0, 0, 4096), map(MAP, MapKind.QUEUE, 0, 8, 4),
                map(MAP, MapKind.STACK_TRACE, 4, 16, 4), map(MAP, MapKind.PROG_ARRAY, 4, 4, 4),
                map(MAP, MapKind.LPM_TRIE, 8, 8, 4), map(MAP, MapKind.ARRAY, 4, 8, 4),
                map(MAP, MapKind.HASH, 4, 8, 4));
        for (MapSpec map : maps) {
            for (String helper : List.of("lookup", "update", "delete", "push", "pop", "peek")) {
                assertSame(
                        "*(u64 *)(r10 - 8) = 1\nr1 = map[m] ll\nr2 = r10\nr2 += -8\nr3 = r10\nr3 += -8\nr4 = 0\n"
                                + (helper.equals("push") ? "r3 = 0\n" : "") + "call bpf_map_" + helper
                                + "_elem\n"
                                + (helper.equals("lookup") ? "if r0 == 0 goto +1\nr0 = 1\n" : "") + "exit\n",
                        map);
            }
        }
    }
}
