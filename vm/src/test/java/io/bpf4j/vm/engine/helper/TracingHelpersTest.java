package io.bpf4j.vm.engine.helper;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.map.MapArena;
import io.bpf4j.vm.map.RingMap;
import io.bpf4j.vm.map.RingReader;
import io.bpf4j.vm.map.layout.RingDescriptor;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.VoidType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The helpers that ask about the traced thread, with a world of known things; the results are the kernel's. */
class TracingHelpersTest {

    private static final long BASE = 0x10_0000_0000L;
    private static final int CONTEXT = 256;
    private static final int SHARDS = 3;
    private static final int DEPTH = 4;
    private static final long USER = 1 << 8;
    private static final long FAST_COMPARISON = 1 << 9;

    private static final List<MapSpec> MAPS = List.of(
            new MapSpec("events", MapKind.PERF_EVENT_ARRAY, IntType.U32, IntType.U32, 2, 0,
                    new MapRole.Plain()),
            new MapSpec("stacks", MapKind.STACK_TRACE, IntType.U32, new ArrayType(IntType.U64, DEPTH), 1024,
                    0,
                    new MapRole.Plain()),
            new MapSpec("counts", MapKind.PERCPU_ARRAY, IntType.U32, IntType.U64, 2, 0, new MapRole.Plain()),
            new MapSpec("shared", MapKind.ARRAY, IntType.U32, IntType.U64, 2, 0, new MapRole.Plain()),
            new MapSpec("ring", MapKind.RINGBUF, VoidType.VOID, VoidType.VOID, 4096, 0, new MapRole.Plain()));

    private final int arenaBytes = (int) MapArena.bytes(MAPS, SHARDS);
    private final Memory memory = Memory.allocate(arenaBytes + 2 * Execution.bytes(CONTEXT), BASE);
    private final MapArena arena = MapArena.create(memory, BASE, MAPS, SHARDS);
    private final Machine machine = new Machine(memory, arena.table(), StandardHelpers.table());
    private Execution execution = execution(new SampleWorld(new long[0], new long[0]));

    private Execution execution(SampleWorld world) {
        return new Execution(machine, world, BASE + arenaBytes, CONTEXT, 1);
    }

    private ArenaMap map(String name) {
        return arena.map(name).orElseThrow();
    }

    /** Runs a program in both engines of this module, checked and unchecked; all must agree. */
    private long run(String text) {
        Assembly assembly = Assembler.assemble(text);
        Program program = new Program("test", ProgramType.KPROBE, new AttachSpec.Manual(),
                assembly.instructions(),
                assembly.references(), List.of(), List.of());
        List<Long> results = new ArrayList<>();
        for (Engine engine : new Engine[]{new Interpreter(), new JvmCompiler(problem -> {})}) {
            for (Checking checking : Checking.values()) {
                long context = execution.setContext("the context", new byte[CONTEXT], true);
                results.add(engine.prepare(Unproved.program(program, machine, checking)).run(execution,
                        context, CONTEXT));
            }
        }
        assertEquals(1, results.stream().distinct().count(), () -> results + " of " + text);
        return results.getFirst();
    }

    @Test
    void theProbeIsKnown() {
        assertEquals(SampleWorld.FUNCTION, run("call bpf_get_func_ip\nexit"));
        assertEquals(SampleWorld.COOKIE, run("call bpf_get_attach_cookie\nexit"));
        assertEquals(40L << 32 | 41, run("call bpf_get_current_pid_tgid\nexit"));
        assertEquals(1, run("call bpf_get_smp_processor_id\nexit"));
    }

    private String output(String map, String flags, int size) {
        return """
                *(u64 *)(r10 - 16) = 77
                *(u64 *)(r10 - 8) = 88
                r2 = map[%s] ll
                r3 = %s ll
                r4 = r10
                r4 += -16
                r5 = %d
                call bpf_perf_event_output
                exit
                """.formatted(map, flags, size);
    }

    @Test
    void perfEventsAreWhatTheProgramWrote() {
        assertEquals(0, run(output("events", "0xffffffff", 16)));
        assertEquals(0, run(output("events", "1", 12)));
        List<String> records = new ArrayList<>();
        new RingReader((RingMap) map("events")).drain((buffer, offset, length) -> records
                .add(length + ": " + buffer.getLong(offset) + " " + buffer.getInt(offset + 8)));
        int runs = 2 * Checking.values().length;
        assertEquals(runs, records.stream().filter("16: 77 88"::equals).count(), records::toString);
        assertEquals(runs, records.stream().filter("12: 77 88"::equals).count(), records::toString);
    }

    @Test
    void perfEventsAreRefusedAsTheKernelRefusesThem() {
        // bpf_trace.c, bpf_perf_event_output: unknown flags; __bpf_perf_event_output: no such index.
        assertEquals(ErrorNumber.EINVAL.result(), run(output("events", "0x100000000", 8)));
        assertEquals(ErrorNumber.E2BIG.result(), run(output("events", "2", 8)));
    }

    @Test
    void aFullPerfBufferTakesNothingAndCountsIt() {
        RingMap ring = (RingMap) map("events");
        while (ring.reserve(RingDescriptor.PERF_RING_BYTES / 16, 0) != 0) {
            Thread.onSpinWait();
        }
        while (ring.reserve(8, 0) != 0) {
            Thread.onSpinWait();
        }
        long before = ring.dropCount();
        assertEquals(ErrorNumber.ENOSPC.result(), run(output("events", "0xffffffff", 16)));
        assertEquals(before + 2 * Checking.values().length, ring.dropCount());
    }

    private static String stackId(long flags) {
        return "r2 = map[stacks] ll\nr3 = " + flags + "\ncall bpf_get_stackid\nexit";
    }

    private long[] trace(long id) {
        byte[] key = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) id).array();
        long[] addresses = new long[DEPTH];
        ByteBuffer.wrap(map("stacks").get(key).orElseThrow()).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer()
                .get(addresses);
        return addresses;
    }

    @Test
    void stacksGetAnIdEach() {
        execution = execution(new SampleWorld(new long[]{11, 12, 13, 14, 15, 16}, new long[]{21, 22}));
        long user = run(stackId(USER));
        long skipped = run(stackId(USER | 1));
        long kernel = run(stackId(0));
        assertArrayEquals(new long[]{11, 12, 13, 14}, trace(user));
        assertArrayEquals(new long[]{12, 13, 14, 15}, trace(skipped));
        assertArrayEquals(new long[]{21, 22, 0, 0}, trace(kernel));
        assertEquals(user, run(stackId(USER | FAST_COMPARISON)));
    }

    @Test
    void stacksThatAreNotThereHaveNoId() {
        execution = execution(new SampleWorld(new long[]{11, 12}, new long[0]));
        assertEquals(ErrorNumber.EFAULT.result(), run(stackId(0)));
        assertEquals(ErrorNumber.EFAULT.result(), run(stackId(USER | 2)));
        assertEquals(ErrorNumber.EINVAL.result(), run(stackId(USER | 1 << 11)));
    }

    private static String stack(int size, long flags) {
        return "r2 = r1\nr6 = r1\nr3 = " + size + "\nr4 = " + flags + "\ncall bpf_get_stack\n"
                + "r1 = *(u64 *)(r6 + 0)\nr2 = *(u64 *)(r6 + 8)\nr3 = *(u64 *)(r6 + 16)\n"
                + "r1 *= 1000\nr1 += r2\nr1 *= 1000\nr1 += r3\nr1 *= 100\nr0 += r1\nexit";
    }

    @Test
    void stacksAreCopied() {
        execution = execution(new SampleWorld(new long[]{11, 12, 13}, new long[0]));
        assertEquals(11_012_013_24L, run(stack(64, USER)));
        assertEquals(11_012_000_16L, run(stack(16, USER)));
        assertEquals(12_013_000_16L, run(stack(64, USER | 1)));
        assertEquals(ErrorNumber.EINVAL.result(), run(stack(12, USER)));
        assertEquals(ErrorNumber.EINVAL.result(), run(stack(16, 1 << 12)));
        assertEquals(ErrorNumber.EFAULT.result(), run(stack(16, 0)));
    }

    private static String inShard(String map, String shard) {
        return """
                *(u32 *)(r10 - 4) = 1
                r1 = map[%s] ll
                r2 = r10
                r2 += -4
                r3 = %s
                call bpf_map_lookup_percpu_elem
                if r0 == 0 goto none
                r0 = *(u64 *)(r0 + 0)
                none:
                exit
                """.formatted(map, shard);
    }

    @Test
    void everyShardsValueCanBeRead() {
        ByteBuffer values = ByteBuffer.allocate(SHARDS * 8).order(ByteOrder.LITTLE_ENDIAN);
        values.putLong(0, 100).putLong(8, 101).putLong(16, 102);
        map("counts").put(new byte[]{1, 0, 0, 0}, values.array(), 0);
        for (int shard = 0; shard < SHARDS; shard++) {
            assertEquals(100 + shard, run(inShard("counts", "" + shard)));
        }
        assertEquals(0, run(inShard("counts", "" + SHARDS)));
        assertEquals(0, run(inShard("counts", "-1")));
        assertEquals(0, run(inShard("shared", "0")));
    }
}
