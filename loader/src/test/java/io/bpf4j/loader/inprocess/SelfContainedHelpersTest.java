package io.bpf4j.loader.inprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.engine.helper.SystemEnvironment;
import io.bpf4j.vm.jit.x64.CpuFeature;
import io.bpf4j.vm.jit.x64.runtime.RuntimeSettings;
import io.bpf4j.vm.jit.x64.runtime.TargetCode;
import io.bpf4j.vm.jit.x64.runtime.TargetRuntime;
import io.bpf4j.vm.jit.x64.runtime.UserReads;
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
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.VoidType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What programs find out and do without asking Java. */
class SelfContainedHelpersTest {

    private static final int CONTEXT = 4096;
    private static final MapSpec RING = new MapSpec("ring", MapKind.RINGBUF, VoidType.VOID, VoidType.VOID,
            4096, 0,
            new MapRole.Output());
    private static final MapSpec HASH = new MapSpec("hash", MapKind.HASH, IntType.U64, IntType.U64, 64, 0,
            new MapRole.Plain());
    private static final MapSpec TRACES = new MapSpec("traces", MapKind.STACK_TRACE, IntType.U32,
            new ArrayType(IntType.U64, 8), 16, 0, new MapRole.Plain());
    private static final MapSpec PROGRAMS = new MapSpec("programs", MapKind.PROG_ARRAY, IntType.U32,
            IntType.U32, 8, 0,
            new MapRole.Plain());
    private static final MapSpec SCRATCH = new MapSpec("scratch", MapKind.PERCPU_ARRAY, IntType.U32,
            new ArrayType(IntType.U8, 700), 2, 0, new MapRole.Scratch());
    private static final List<MapSpec> MAPS = List.of(RING, HASH, TRACES, PROGRAMS, SCRATCH);

    private final LinuxKernel kernel = LinuxKernel.instance();
    private final int arenaBytes = (int) MapArena.bytes(MAPS, 2);
    private final NativeBlock block = new NativeBlock(kernel, arenaBytes + Execution.bytes(CONTEXT));
    private final Memory memory = block.memory();
    private final MapArena arena = MapArena.create(memory, memory.base(), MAPS, 2);
    private final Machine machine = new Machine(memory, arena.table(), StandardHelpers.table());
    private final SystemEnvironment world = new SystemEnvironment(line -> {});
    private final Execution execution = new Execution(machine, world, memory.base() + arenaBytes, CONTEXT, 1);
    private final SelfContainedEngine engine = new SelfContainedEngine(kernel, HostProcessor.features(),
            Optional.of("ring"));

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        engine.close();
        world.close();
        block.close();
    }

    private static Program program(String text) {
        Assembly assembly = Assembler.assemble(text);
        return new Program("test", ProgramType.KPROBE, new AttachSpec.Manual(), assembly.instructions(),
                assembly.references(), List.of(), List.of());
    }

    private long run(String text, byte... context) {
        long address = execution.setContext("the context", context, true);
        return engine.prepare(Unproved.programs(List.of(program(text)), machine)).getFirst().run(execution,
                address, 0);
    }

    private ArenaMap map(String name) {
        return arena.map(name).orElseThrow();
    }

    private List<String> texts() {
        List<String> texts = new ArrayList<>();
        new RingReader((RingMap) map("ring")).drain((buffer, offset, length) -> {
            byte[] bytes = new byte[length];
            buffer.get(offset, bytes);
            texts.add(new String(bytes, StandardCharsets.ISO_8859_1));
        });
        return texts;
    }

    @Test
    void timeIsThatOfTheSystem() {
        for (String helper : List.of("ktime_get_ns", "ktime_get_coarse_ns", "ktime_get_boot_ns")) {
            SelfContainedProgram program = engine
                    .prepare(Unproved.programs(List.of(program("call bpf_" + helper + "\nexit")), machine))
                    .getFirst();
            long before = System.nanoTime();
            long time = program.run(execution, 0, 0);
            long after = System.nanoTime();
            // The clock was measured for 10 ms only.
            long error = (after - before) / 100 + 100_000;
            assertTrue(time > before - error && time < after + error, before + " " + time + " " + after);
        }
    }

    @Test
    void timeGoesOnWhileTheClockIsSetAgain() {
        SelfContainedProgram program = engine
                .prepare(Unproved.programs(List.of(program("call bpf_ktime_get_ns\nexit")), machine))
                .getFirst();
        long last = program.run(execution, 0, 0);
        for (int i = 0; i < 100; i++) {
            long time = program.repeat(execution, 0, 0, 1000);
            assertTrue(time >= last, last + " " + time);
            last = time;
        }
    }

    @Test
    void randomNumbersDiffer() {
        SelfContainedProgram program = engine
                .prepare(Unproved.programs(List.of(program("call bpf_get_prandom_u32\nexit")), machine))
                .getFirst();
        long bits = 0;
        for (int i = 0; i < 100; i++) {
            long number = program.run(execution, 0, 0);
            assertEquals(number, number & 0xffff_ffffL);
            bits |= number;
            assertNotEquals(number, program.run(execution, 0, 0));
        }
        assertEquals(0xffff_ffffL, bits);
    }

    @ParameterizedTest
    @EnumSource(names = {"RDPID", "RDTSCP", "BMI2"})
    void theProcessorIsOneOfTheMachines(CpuFeature way) {
        assumeTrue(HostProcessor.features().contains(way), "the processor has no " + way);
        try (var other = new SelfContainedEngine(kernel, Set.of(way), Optional.empty())) {
            long cpu = other
                    .prepare(Unproved.programs(List.of(program("call bpf_get_smp_processor_id\nexit")),
                            machine))
                    .getFirst()
                    .run(execution, 0, 0);
            assertTrue(Files.exists(Path.of("/sys/devices/system/cpu/cpu" + cpu)), "cpu " + cpu);
        }
    }

    @Test
    void printedTextsGoToTheRing() {
        String print = "*(u64 *)(r10 - 16) = 0x25207369\n*(u64 *)(r10 - 12) = 0x0a64\nr1 = r10\nr1 += -16\nr2 = 7\n";
        assertEquals(8, run(print + "r3 = -123\ncall bpf_trace_printk\nexit"));
        assertEquals(List.of("is -123\n"), texts());
    }

    @Test
    void textsWithoutRoomAreCounted() {
        String print = "*(u64 *)(r10 - 8) = 0x61\nr1 = r10\nr1 += -8\nr2 = 2\ncall bpf_trace_printk\n";
        assertEquals(1, run(print + "exit"));
        SelfContainedProgram program = engine
                .prepare(Unproved.programs(List.of(program(print + "exit")), machine)).getFirst();
        program.repeat(execution, 0, 0, 1000);
        assertEquals(1001, texts().size() + ((RingMap) map("ring")).dropCount());
    }

    /** Two frames above the one that the context is in; the last frame pointer leads nowhere. */
    private byte[] context(long start) {
        memory.putLong(start, start + 64);
        memory.putLong(start + 8, 0x1111);
        memory.putLong(start + 64, 8);
        memory.putLong(start + 72, 0x2222);
        memory.putLong(start + 128, 0x3333);
        byte[] context = new byte[PtRegs.SIZE];
        put(context, PtRegs.IP, 0x4444);
        put(context, PtRegs.BP, start);
        put(context, PtRegs.SP, start + 128);
        return context;
    }

    private static void put(byte[] context, PtRegs register, long value) {
        for (int i = 0; i < Long.BYTES; i++) {
            context[register.offset() + i] = (byte) (value >>> 8 * i);
        }
    }

    @Test
    void stacksAreWalkedByFramePointers() {
        byte[] context = Arrays.copyOf(context(memory.base() + arenaBytes + Execution.bytes(0) + 1024), 256);
        long bytes = run("r6 = r1\nr2 = r1\nr2 += 168\nr3 = 80\nr4 = 256\ncall bpf_get_stack\nexit", context);
        assertEquals(3 * Long.BYTES, bytes);
        byte[] after = execution.context();
        assertArrayEquals(
                new byte[]{0x44, 0x44, 0, 0, 0, 0, 0, 0, 0x11, 0x11, 0, 0, 0, 0, 0, 0, 0x22, 0x22, 0, 0},
                Arrays.copyOfRange(after, 168, 188));
        assertEquals(2 * Long.BYTES,
                run("r2 = r1\nr2 += 168\nr3 = 80\nr4 = 257\ncall bpf_get_stack\nexit", context));
        assertEquals(-14, run("r2 = r1\nr2 += 168\nr3 = 80\nr4 = 0\ncall bpf_get_stack\nexit", context));
        assertEquals(-22, run("r2 = r1\nr2 += 168\nr3 = 81\nr4 = 256\ncall bpf_get_stack\nexit", context));
    }

    @Test
    void tracesHaveAnId() {
        byte[] context = context(memory.base() + arenaBytes + Execution.bytes(0) + 1024);
        String id = "r2 = map[traces] ll\nr3 = #flags#\ncall bpf_get_stackid\nexit";
        long first = run(id.replace("#flags#", "256"), context);
        assertTrue(first >= 0 && first < 16, "id " + first);
        assertEquals(first, run(id.replace("#flags#", "256"), context));
        assertEquals(first, run(id.replace("#flags#", "768"), context));
        assertEquals(-14, run(id.replace("#flags#", "0"), context));
        assertEquals(-22, run(id.replace("#flags#", "4096"), context));
        List<byte[]> values = new ArrayList<>();
        map("traces").entries((key, value) -> values.add(value));
        assertEquals(1, values.size());
        assertEquals(0x44, values.getFirst()[0]);
        assertEquals(0x22, values.getFirst()[16]);
        assertEquals(0, values.getFirst()[24]);
    }

    @Test
    void programsGoOnAsOthersUpTo33Times() {
        byte[] one = {1, 0, 0, 0};
        assertEquals(0, map("programs").put(new byte[4], one, 0));
        assertEquals(0, map("programs").put(one, new byte[]{2, 0, 0, 0}, 0));
        String self = "r6 = *(u64 *)(r1 + 0)\nr6 += 1\n*(u64 *)(r1 + 0) = r6\nr2 = map[programs] ll\nr3 = %d\n"
                + "call bpf_tail_call\nr0 = 5\nexit";
        List<SelfContainedProgram> programs = engine.prepare(Unproved.programs(List.of(
                program(self.formatted(0)),
                program("r0 = 77\nexit"), program(self.formatted(1)), program(self.formatted(9)),
                program("r6 = 3\nr7 = 4\ncall other\nr0 += r6\nr0 += r7\nexit\nother:\nr2 = map[programs] ll\nr3 = 1\n"
                        + "call bpf_tail_call\nr0 = 0\nexit")),
                machine));
        long context = execution.setContext("the context", new byte[8], true);
        assertEquals(5, programs.get(0).run(execution, context, 0));
        assertEquals(34, memory.getLong(context));
        assertEquals(77, programs.get(2).run(execution, context, 0));
        assertEquals(5, programs.get(3).run(execution, context, 0));
        assertEquals(84, programs.get(4).run(execution, context, 0));
    }

    @Test
    void scratchValuesAreTheThreadsOwn() {
        String text = "*(u32 *)(r10 - 4) = 1\nr1 = map[scratch] ll\nr2 = r10\nr2 += -4\ncall bpf_map_lookup_elem\n"
                + "if r0 == 0 goto +3\nr1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1\nr0 = r1\nexit";
        assertEquals(1, run(text));
        List<byte[]> values = new ArrayList<>();
        map("scratch").entries((key, value) -> values.add(value));
        values.forEach(value -> assertArrayEquals(new byte[value.length], value));
    }

    /** A call of every helper that there is, with arguments that it takes. */
    private static final List<String> CALLS = List.of("call bpf_ktime_get_ns", "call bpf_ktime_get_boot_ns",
            "call bpf_ktime_get_tai_ns", "call bpf_get_prandom_u32", "call bpf_get_smp_processor_id",
            "call bpf_get_current_pid_tgid", "call bpf_get_current_uid_gid",
            "r1 = r10\nr1 += -64\nr2 = 16\ncall bpf_get_current_comm", "r1 = r9\ncall bpf_get_func_ip",
            "r1 = r9\ncall bpf_get_attach_cookie", "call bpf_get_numa_node_id", "call bpf_get_current_task",
            "r1 = map[hash] ll\nr2 = r10\nr2 += -64\nr3 = r10\nr3 += -72\nr4 = 0\ncall bpf_map_update_elem",
            "r1 = map[hash] ll\nr2 = r10\nr2 += -64\ncall bpf_map_lookup_elem",
            "r1 = map[hash] ll\nr2 = r10\nr2 += -64\ncall bpf_map_delete_elem",
            "r1 = map[ring] ll\nr2 = 64\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0 goto +3\nr1 = r0\nr2 = 2\n"
                    + "call bpf_ringbuf_submit",
            "r1 = map[ring] ll\nr2 = 64\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0 goto +3\nr1 = r0\nr2 = 0\n"
                    + "call bpf_ringbuf_discard",
            "r1 = map[ring] ll\nr2 = r10\nr2 += -64\nr3 = 50\nr4 = 0\ncall bpf_ringbuf_output",
            "r1 = map[ring] ll\nr2 = 0\ncall bpf_ringbuf_query",
            "r1 = r10\nr1 += -128\nr2 = 100\nr3 = r9\ncall bpf_probe_read_user",
            "r1 = r10\nr1 += -128\nr2 = 100\nr3 = 1\ncall bpf_probe_read_user",
            "r1 = r10\nr1 += -128\nr2 = 100\nr3 = r9\ncall bpf_probe_read_user_str",
            "r1 = r10\nr1 += -128\nr2 = 100\nr3 = r9\ncall bpf_probe_read_kernel",
            "r1 = r10\nr1 += -128\nr2 = 100\nr3 = r9\ncall bpf_probe_read",
            "r1 = r10\nr1 += -128\nr2 = 100\nr3 = r9\ncall bpf_probe_read_str",
            "r1 = r10\nr1 += -64\nr2 = 8\nr3 = r9\ncall bpf_strncmp",
            "r1 = r10\nr1 += -64\nr2 = 8\nr3 = 10\nr4 = r10\nr4 += -80\ncall bpf_strtol",
            "r1 = r10\nr1 += -64\nr2 = 8\nr3 = 10\nr4 = r10\nr4 += -80\ncall bpf_strtoul",
            "*(u64 *)(r10 - 64) = 0x7525\nr1 = r10\nr1 += -128\nr2 = 32\nr3 = r10\nr3 += -64\nr4 = r10\nr4 += -72\n"
                    + "r5 = 8\ncall bpf_snprintf",
            "*(u64 *)(r10 - 64) = 0x7525\nr1 = r10\nr1 += -64\nr2 = 3\nr3 = 9\ncall bpf_trace_printk",
            "r1 = r9\nr2 = map[traces] ll\nr3 = 256\ncall bpf_get_stackid",
            "r1 = r9\nr2 = r10\nr2 += -128\nr3 = 64\nr4 = 256\ncall bpf_get_stack",
            "r1 = 3\nr2 = subprog[+FUNCTION] ll\nr3 = 0\nr4 = 0\ncall bpf_loop",
            "r1 = map[hash] ll\nr2 = subprog[+FUNCTION] ll\nr3 = 0\nr4 = 0\ncall bpf_for_each_map_elem");

    /** Fills the rest of R6 to R8 and of the stack, calls, and adds 1 to R0 for everything that is not as it was. */
    private static String keeping(String call) {
        String text = "r9 = r1\nr6 = 0x6666666666666666 ll\nr7 = 0x7777777777777777 ll\nr8 = 0x8888888888888888 ll\n"
                + "*(u64 *)(r10 - 8) = 88\n*(u64 *)(r10 - 512) = 512\n*(u64 *)(r10 - 64) = 49\n*(u64 *)(r10 - 72) = 7\n"
                + "r1 = r9\nr5 = r10\n*(u64 *)(r10 - 24) = r9\n*(u64 *)(r10 - 16) = r5\n" + call
                + "\nr0 = 0\n";
        String[] same = {"r1 = 0x6666666666666666 ll\nif r6 == r1 goto",
            "r1 = 0x7777777777777777 ll\nif r7 == r1 goto",
            "r1 = 0x8888888888888888 ll\nif r8 == r1 goto", "r1 = *(u64 *)(r10 - 24)\nif r9 == r1 goto",
            "r1 = *(u64 *)(r10 - 16)\nif r10 == r1 goto", "r1 = *(u64 *)(r10 - 8)\nif r1 == 88 goto",
            "r1 = *(u64 *)(r10 - 512)\nif r1 == 512 goto"};
        for (String one : same) {
            text += one + " +1\nr0 += 1\n";
        }
        return text + "exit\nfunction:\nr6 = 0\nr7 = 0\nr8 = 0\nr9 = 0\nr0 = 0\nexit\n";
    }

    private static String everything() {
        StringBuilder text = new StringBuilder("r9 = r1\n");
        CALLS.stream().filter(call -> !call.contains("FUNCTION"))
                .forEach(call -> text.append(call).append('\n'));
        return text + "r0 = 0\nexit\n";
    }

    /** The distance of the function behind the program from the instruction that names it. */
    private static String withFunction(String text) {
        if (!text.contains("FUNCTION")) {
            return text.replace("function:\nr6 = 0\nr7 = 0\nr8 = 0\nr9 = 0\nr0 = 0\nexit\n", "");
        }
        Assembly assembly = Assembler.assemble(text.replace("FUNCTION", "0"));
        int slot = 0;
        for (var insn : assembly.instructions()) {
            if (insn.toString().contains("FUNCTION")) {
                break;
            }
            slot += insn.slots();
        }
        return text.replace("FUNCTION", "" + (assembly.labels().get("function") - slot - 1));
    }

    @Test
    void everyHelperKeepsWhatTheConventionSays() {
        long address = execution.setContext("the context", new byte[CONTEXT], true);
        for (String call : CALLS) {
            SelfContainedProgram program = engine
                    .prepare(Unproved.programs(List.of(program(withFunction(keeping(call)))), machine))
                    .getFirst();
            for (int i = 0; i < 3; i++) {
                assertEquals(0, program.run(execution, address, 0), call);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void noInstructionTouchesAVectorRegister(UserReads reads) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/objdump")), "no objdump");
        RuntimeSettings settings = new RuntimeSettings(memory.base(), arenaBytes,
                arena.maps().stream().map(ArenaMap::plan).toList(), 0x1000, reads, true, Set.of(),
                Optional.of("ring"));
        TargetRuntime runtime = new TargetRuntime(settings);
        runtime.add(Unproved.program(program(everything()), machine, Checking.NONE));
        TargetCode code = runtime.finish();
        int end = code.faultHandler().orElse(code.code().size()) - 8 * code.faults().size();
        Path file = folder.resolve("code");
        Files.write(file, Arrays.copyOf(code.code().bytes(), end));
        Process objdump = new ProcessBuilder("/usr/bin/objdump", "-D", "-b", "binary", "-m", "i386:x86-64",
                file.toString()).start();
        List<String> lines = new String(objdump.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertEquals(0, objdump.waitFor());
        assertTrue(lines.size() > 1000, lines.size() + " instructions");
        for (String line : lines) {
            assertFalse(line.matches(".*(%[xyz]?mm[0-9]|%st|\\(bad\\)).*"), line);
        }
    }
}
