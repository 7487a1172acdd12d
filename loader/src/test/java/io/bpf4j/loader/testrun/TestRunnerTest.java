package io.bpf4j.loader.testrun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.loader.testrun.Outcome.Entry;
import io.bpf4j.loader.testrun.Outcome.Finished;
import io.bpf4j.loader.testrun.Outcome.Refused;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.io.IOException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Programs whose results are plain, on the running kernel. */
class TestRunnerTest {
    private static final byte[] NOTHING = {};

    private Kernel kernel;
    private TestRunner runner;

    @BeforeEach
    void needsRoot() {
        kernel = Privileges.rootKernel();
        runner = new TestRunner(kernel);
    }

    @AfterEach
    void close() {
        if (runner != null) {
            runner.close();
        }
    }

    private static TestProgram program(String text, MapSpec... maps) {
        Assembly assembly = Assembler.assemble(text);
        return new TestProgram(assembly.instructions(), assembly.references(), List.of(maps));
    }

    private static MapSpec map(String name, MapKind kind, Type key, Type value, int entries) {
        return new MapSpec(name, kind, key, value, entries, 0, new MapRole.Plain());
    }

    private Finished finished(TestProgram program, byte[] memory) {
        return assertInstanceOf(Finished.class, runner.run(program, memory));
    }

    private long result(String text) {
        return finished(program(text), NOTHING).r0();
    }

    private String refusal(String text, int length) {
        return assertInstanceOf(Refused.class, runner.run(program(text), new byte[length])).reason();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    @Test
    void allBitsOfTheResultComeBack() {
        assertEquals(0x8123456789abcdefL, result("r0 = 0x8123456789abcdef ll\nexit"));
    }

    @Test
    void everyExitOfTheMainFunctionReturnsTheResult() {
        String text = """
                r0 = 1
                if r2 == 1 goto first
                r0 = 2
                if r2 == 2 goto second
                exit
                first:
                exit
                second:
                r0 += 5
                exit
                """;
        assertEquals(1, finished(program(text), new byte[1]).r0());
        assertEquals(7, finished(program(text), new byte[2]).r0());
        assertEquals(2, finished(program(text), new byte[3]).r0());
    }

    @Test
    void memoryIsReadAndWritten() {
        byte[] memory = hex("0102030405060708ff");
        Finished finished = finished(program("""
                r0 = *(u64 *)(r1 + 0)
                *(u8 *)(r1 + 8) = 0x2a
                r0 += r2
                exit
                """), memory);
        assertEquals(0x0807060504030201L + 9, finished.r0());
        assertArrayEquals(hex("01020304050607082a"), finished.memory());
        assertArrayEquals(hex("0102030405060708ff"), memory);
    }

    @Test
    void withoutMemoryBothArgumentsAreZero() {
        assertEquals(0, result("r0 = r1\nr0 |= r2\nexit"));
    }

    @Test
    void memoryEndsWhereItsLengthSays() {
        assertEquals("R1 min value is outside of the allowed memory range",
                refusal("r0 = *(u8 *)(r1 - 1)\nexit", 3));
        assertEquals("R1 min value is outside of the allowed memory range",
                refusal("r0 = *(u16 *)(r1 + 2)\nexit", 3));
        assertEquals(0, finished(program("r0 = *(u8 *)(r1 + 2)\nexit"), new byte[3]).r0());
    }

    @Test
    void eightFramesWithWholeStacksAreThereForTheProgram() {
        String text = """
                *(u64 *)(r10 - 512) = 1
                r0 = 0
                call f1
                r1 = *(u64 *)(r10 - 512)
                r0 += r1
                exit
                """;
        for (int frame = 1; frame < 8; frame++) {
            text += "f" + frame + ":\n*(u64 *)(r10 - 512) = 1\n"
                    + (frame < 7 ? "call f" + (frame + 1) : "r0 = 0")
                    + "\nr1 = *(u64 *)(r10 - 512)\nr0 += r1\nexit\n";
        }
        assertEquals(8, result(text));
    }

    @Test
    void callbacksOfHelpersWork() {
        assertEquals(0 + 1 + 2 + 3, result("""
                *(u64 *)(r10 - 8) = 0
                r1 = 4
                r2 = subprog[+7] ll
                r3 = r10
                r3 += -8
                r4 = 0
                call bpf_loop
                r0 = *(u64 *)(r10 - 8)
                exit
                r3 = *(u64 *)(r2 + 0)
                r3 += r1
                *(u64 *)(r2 + 0) = r3
                r0 = 0
                exit
                """));
    }

    @Test
    void helpersForTracingWork() {
        assertEquals(ProcessHandle.current().pid(), result("call bpf_get_current_pid_tgid\nr0 >>= 32\nexit"));
    }

    @Test
    void mapsAreFreshForEveryRunAndReadAfterwards() {
        String text = """
                *(u32 *)(r10 - 4) = 7
                *(u64 *)(r10 - 16) = 99
                r1 = map[counts] ll
                r2 = r10
                r2 += -4
                r3 = r10
                r3 += -16
                r4 = 1
                call bpf_map_update_elem
                r6 = r0
                r1 = map[ring] ll
                r2 = r10
                r2 += -16
                r3 = 8
                r4 = 0
                call bpf_ringbuf_output
                r1 = map[last] ll
                r2 = r10
                r2 += -16
                r3 = 0
                call bpf_map_push_elem
                r1 = map[slots][0] ll
                *(u64 *)(r1 + 0) = 5
                r0 = r6
                exit
                """;
        TestProgram program = program(text, map("counts", MapKind.HASH, IntType.U32, IntType.U64, 10),
                map("ring", MapKind.RINGBUF, VoidType.VOID, VoidType.VOID, 4096),
                map("last", MapKind.STACK, VoidType.VOID, IntType.U64, 4),
                map("slots", MapKind.ARRAY, IntType.U32, IntType.U64, 1));
        byte[] ninetyNine = hex("6300000000000000");
        for (int i = 0; i < 2; i++) {
            Finished finished = finished(program, NOTHING);
            assertEquals(0, finished.r0());
            assertEquals(List.of(new Entry(hex("07000000"), ninetyNine)), finished.maps().get("counts"));
            assertEquals(List.of(new Entry(NOTHING, ninetyNine)), finished.maps().get("ring"));
            assertEquals(List.of(new Entry(NOTHING, ninetyNine)), finished.maps().get("last"));
            assertEquals(List.of(new Entry(hex("00000000"), hex("0500000000000000"))),
                    finished.maps().get("slots"));
        }
    }

    @Test
    void aRefusalSaysWhy() {
        assertEquals("R3 !read_ok", refusal("r0 = r3\nexit", 0));
        assertEquals("div by zero", refusal("r0 = 1\nr0 /= 0\nexit", 0));
    }

    @Test
    void aProgramThatDoesNotEndIsRefusedForThat() {
        assertTrue(refusal("r0 = 0\nhere: goto here", 0).startsWith("infinite loop detected"));
    }

    @Test
    void whatLeadsOutOfTheProgramIsRefusedForThat() {
        assertTrue(refusal("goto -3\nexit", 0).startsWith("jump out of range"), "backwards");
        assertTrue(refusal("goto +1\nexit", 0).startsWith("jump out of range"), "forwards");
        assertTrue(refusal("r0 = 0\ncall pc-2\nexit", 0).contains("too deep"), "the program itself");
    }

    @Test
    void bytesAreVerifiedAsTheyAre() {
        assertEquals("unknown opcode 8f", runner.verify(hex("8f00000000000000" + "9500000000000000"))
                .orElseThrow().reason());
        assertTrue(runner.verify(hex("b700000000000000" + "9500000000000000")).isEmpty());
    }

    @Test
    void repeatedRunsAreMeasured() {
        TestProgram program = program("""
                r0 = *(u64 *)(r1 + 0)
                r0 += 1
                *(u64 *)(r1 + 0) = r0
                r2 = 1000
                again:
                r2 -= 1
                if r2 != 0 goto again
                exit
                """);
        int repeat = 5000;
        Finished finished = assertInstanceOf(Finished.class, runner.measure(program, new byte[8], repeat));
        assertEquals(repeat, finished.r0());
        assertTrue(finished.nanoseconds() > 0, "a thousand branches take no time");
        assertEquals(0, finished(program, new byte[8]).nanoseconds());
    }

    @Test
    void thousandsOfProgramsRunOneAfterAnother() {
        int count = 5000;
        Set<Long> results = new HashSet<>();
        for (int i = 0; i < count; i++) {
            results.add(
                    finished(program("r0 = *(u32 *)(r1 + 0)\nr0 += " + i + "\nexit"), new byte[4 + i % 20])
                            .r0());
        }
        assertEquals(LongStream.range(0, count).boxed().collect(Collectors.toSet()),
                results);
    }

    @Test
    void nothingIsLeftBehind() throws IOException {
        long before = Privileges.kernelDescriptors();
        try (TestRunner other = new TestRunner(kernel)) {
            other.run(program("r0 = 0\nexit"), new byte[10]);
            other.run(program("r0 = r3\nexit"), new byte[20]);
            other.run(program("r1 = map[m] ll\nr0 = 0\nexit",
                    map("m", MapKind.HASH, IntType.U32, IntType.U64, 1)), new byte[30]);
        }
        assertEquals(before, Privileges.kernelDescriptors());
    }
}
