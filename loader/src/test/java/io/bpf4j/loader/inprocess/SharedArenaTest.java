package io.bpf4j.loader.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.sys.Access;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.sys.Mapping;
import io.bpf4j.loader.sys.NativeMemory;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.map.MapArena;
import io.bpf4j.vm.map.RingMap;
import io.bpf4j.vm.map.RingReader;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Machine code in several threads and another process, and Java, use one arena, and all adds up. */
class SharedArenaTest {

    private static final int SHARDS = 4;
    private static final int THREADS = 2;
    private static final int ROUNDS = 60_000;
    private static final int BATCH = 500;
    private static final int KEYS = 16;
    private static final int SPACE = 1 << 16;
    private static final List<MapSpec> MAPS = List.of(
            map("counts", MapKind.HASH, IntType.U64, IntType.U64, KEYS),
            map("churn", MapKind.HASH, IntType.U64, IntType.U64, KEYS),
            map("recent", MapKind.LRU_HASH, IntType.U64,
                    IntType.U64, 8),
            map("own", MapKind.PERCPU_HASH, IntType.U64, IntType.U64, KEYS),
            map("ring", MapKind.RINGBUF, VoidType.VOID, VoidType.VOID, 1 << 14),
            map("queue", MapKind.QUEUE, VoidType.VOID, IntType.U64, 8));

    /** Counts in a random key, twice, does something random to another map, and writes a record of two numbers. */
    private static final String PROGRAM = """
            r6 = r1
            call bpf_get_prandom_u32
            r0 &= 15
            *(u64 *)(r10 - 8) = r0
            *(u64 *)(r10 - 16) = 0
            r1 = map[counts] ll
            r2 = r10
            r2 += -8
            call bpf_map_lookup_elem
            if r0 != 0 goto counted
            r1 = map[counts] ll
            r2 = r10
            r2 += -8
            r3 = r10
            r3 += -16
            r4 = 1
            call bpf_map_update_elem
            r1 = map[counts] ll
            r2 = r10
            r2 += -8
            call bpf_map_lookup_elem
            if r0 == 0 goto broken
            counted:
            r1 = 1
            lock *(u64 *)(r0 + 0) += r1
            r1 = map[own] ll
            r2 = r10
            r2 += -8
            call bpf_map_lookup_elem
            if r0 != 0 goto own_counted
            r1 = map[own] ll
            r2 = r10
            r2 += -8
            r3 = r10
            r3 += -16
            r4 = 1
            call bpf_map_update_elem
            r1 = map[own] ll
            r2 = r10
            r2 += -8
            call bpf_map_lookup_elem
            if r0 == 0 goto broken
            own_counted:
            r1 = *(u64 *)(r0 + 0)
            r1 += 1
            *(u64 *)(r0 + 0) = r1
            call bpf_get_prandom_u32
            r7 = r0
            r7 &= 3
            r1 = map[churn] ll
            r2 = r10
            r2 += -8
            r3 = r10
            r3 += -8
            r4 = 0
            if r7 == 0 goto remove
            call bpf_map_update_elem
            goto recent
            remove:
            call bpf_map_delete_elem
            recent:
            r1 = map[recent] ll
            r2 = r10
            r2 += -8
            r3 = r10
            r3 += -8
            r4 = 0
            call bpf_map_update_elem
            if r7 != 1 goto pop
            r1 = map[queue] ll
            r2 = r10
            r2 += -8
            r3 = 0
            call bpf_map_push_elem
            r0 <<= 32
            r0 >>= 32
            if r0 != 0 goto record
            r1 = *(u64 *)(r6 + 16)
            r1 += 1
            *(u64 *)(r6 + 16) = r1
            goto record
            pop:
            if r7 != 2 goto record
            r1 = map[queue] ll
            r2 = r10
            r2 += -16
            call bpf_map_pop_elem
            if r0 != 0 goto record
            r1 = *(u64 *)(r6 + 16)
            r1 += -1
            *(u64 *)(r6 + 16) = r1
            record:
            r1 = *(u64 *)(r6 + 8)
            r1 += 1
            *(u64 *)(r6 + 8) = r1
            r1 = map[ring] ll
            r2 = r6
            r3 = 16
            r4 = 0
            call bpf_ringbuf_output
            r0 = 0
            exit
            broken:
            r0 = 1
            exit
            """;

    private static MapSpec map(String name, MapKind kind, Type key, Type value, int entries) {
        return new MapSpec(name, kind, key, value, entries, 0, new MapRole.Plain());
    }

    private static long number(byte[] bytes, int index) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(index);
    }

    /** Runs the program in one thread; returns how many more values it put in the queue than it took. */
    private static long work(SelfContainedProgram program, Machine machine, long space, int shard) {
        Execution execution = new Execution(machine, null, space + (long) shard * SPACE / SHARDS, 64, shard);
        byte[] context = new byte[24];
        context[0] = (byte) shard;
        long address = execution.setContext("the context", context, true);
        for (int i = 0; i < ROUNDS; i += BATCH) {
            assertEquals(0, program.repeat(execution, address, 0, BATCH));
        }
        return number(execution.context(), 16);
    }

    private static Program program() {
        Assembly assembly = Assembler.assemble(PROGRAM);
        return new Program("test", ProgramType.KPROBE, new AttachSpec.Manual(), assembly.instructions(),
                assembly.references(), List.of(), List.of());
    }

    /** The other process: opens the memory and works as shard 3. */
    public static void main(String[] arguments) {
        LinuxKernel kernel = LinuxKernel.instance();
        int size = (int) MapArena.bytes(MAPS, SHARDS) + SPACE;
        int readWrite = 2; // O_RDWR
        int workingDirectory = -100; // AT_FDCWD
        try (NativeMemory names = new NativeMemory();
                Fd file = kernel.fd(kernel.call(Syscall.OPENAT, workingDirectory,
                        names.string(arguments[0]).address(), readWrite, 0, 0, 0), Syscall.OPENAT,
                        () -> arguments[0]);
                Mapping mapping = kernel.map(file, Access.READ_WRITE, 0, size, () -> "the arena");
                var engine = new SelfContainedEngine(kernel, HostProcessor.features(), Optional.empty())) {
            Memory memory = new Memory(mapping.bytes(), mapping.address());
            MapArena arena = MapArena.open(memory, memory.base(), MAPS);
            Machine machine = new Machine(memory, arena.table(), StandardHelpers.table());
            long queued = work(engine.prepare(Unproved.programs(List.of(program()), machine)).getFirst(),
                    machine,
                    memory.base() + size - SPACE, SHARDS - 1);
            System.out.println(queued);
        }
    }

    /** Java's part: the same map of counts and the same queue. */
    private static long workInJava(MapArena arena, Memory memory, long space) {
        ArenaMap counts = arena.map("counts").orElseThrow();
        ArenaMap churn = arena.map("churn").orElseThrow();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < ROUNDS; i++) {
            memory.putLong(space, random.nextInt(KEYS));
            memory.putLong(space + 8, 0);
            counts.update(0, space, space + 8, 1);
            memory.getAndAddLong(counts.lookup(0, space), 1);
            if (random.nextBoolean()) {
                churn.delete(space);
            } else {
                churn.update(0, space, space, 0);
            }
        }
        return ROUNDS;
    }

    /** Checks the order of each producer's records, and counts them. */
    private static final class Checker implements RingReader.Handler {
        private final long[] last = new long[SHARDS];
        private long records;

        @Override
        public void record(ByteBuffer bytes, int offset, int length) {
            assertEquals(16, length);
            int producer = (int) bytes.getLong(offset);
            long sequence = bytes.getLong(offset + 8);
            assertTrue(sequence > last[producer], "an old record");
            last[producer] = sequence;
            records++;
        }
    }

    @Test
    void nothingIsLostAndNothingCountedTwice() throws IOException, InterruptedException {
        LinuxKernel kernel = LinuxKernel.instance();
        int size = (int) MapArena.bytes(MAPS, SHARDS) + SPACE;
        try (Fd file = kernel.memoryFile("bpf4j-test", size);
                Mapping mapping = kernel.map(file, Access.READ_WRITE, 0, size, () -> "the arena");
                var engine = new SelfContainedEngine(kernel, HostProcessor.features(), Optional.empty())) {
            Memory memory = new Memory(mapping.bytes(), mapping.address());
            MapArena arena = MapArena.create(memory, memory.base(), MAPS, SHARDS);
            Machine machine = new Machine(memory, arena.table(), StandardHelpers.table());
            long space = memory.base() + size - SPACE;
            SelfContainedProgram program = engine.prepare(Unproved.programs(List.of(program()), machine))
                    .getFirst();
            Process other = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(),
                    "--enable-native-access=ALL-UNNAMED", "-Xmx128m",
                    "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                    SharedArenaTest.class.getName(),
                    "/proc/" + ProcessHandle.current().pid() + "/fd/" + file.number())
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            AtomicLong queued = new AtomicLong();
            List<CompletableFuture<Void>> workers = IntStream.range(0, THREADS)
                    .mapToObj(thread -> CompletableFuture.runAsync(
                            () -> queued.addAndGet(work(program, machine, space, thread))))
                    .toList();
            CompletableFuture<Long> java = CompletableFuture
                    .supplyAsync(() -> workInJava(arena, memory, space + 2 * SPACE / SHARDS));
            Checker checker = new Checker();
            RingReader reader = new RingReader((RingMap) arena.map("ring").orElseThrow());
            CompletableFuture<Void> all = CompletableFuture
                    .allOf(workers.toArray(CompletableFuture<?>[]::new));
            while (!all.isDone() || !java.isDone() || other.isAlive()) {
                reader.drain(checker);
            }
            all.join();
            String said = new String(other.getInputStream().readAllBytes()).strip();
            assertEquals(0, other.waitFor(), said);
            queued.addAndGet(Long.parseLong(said));
            reader.drain(checker);
            verify(arena, checker, queued.get(), java.join());
        }
    }

    private static void verify(MapArena arena, Checker checker, long queued, long javaRounds) {
        long machineRounds = (THREADS + 1L) * ROUNDS;
        AtomicLong sum = new AtomicLong();
        arena.map("counts").orElseThrow().entries((key, value) -> sum.addAndGet(number(value, 0)));
        assertEquals(machineRounds + javaRounds, sum.get());
        AtomicLong own = new AtomicLong();
        arena.map("own").orElseThrow().entries((key, value) -> {
            for (int shard = 0; shard < SHARDS; shard++) {
                own.addAndGet(number(value, 8 * shard));
            }
        });
        assertEquals(machineRounds, own.get());
        assertEquals(machineRounds,
                checker.records + ((RingMap) arena.map("ring").orElseThrow()).dropCount());
        long inQueue = 0;
        while (arena.map("queue").orElseThrow().pop().isPresent()) {
            inQueue++;
        }
        assertEquals(queued, inQueue);
        ArenaMap churn = arena.map("churn").orElseThrow();
        churn.entries((key, value) -> assertEquals(number(key, 0), number(value, 0)));
        churn.clear();
        for (int i = 0; i < KEYS; i++) {
            byte[] key = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, i + 100).array();
            assertEquals(0, churn.put(key, key, 1), "a node was lost");
        }
    }
}
