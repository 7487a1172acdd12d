package io.bpf4j.loader.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.program.SourceLine;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.VoidType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Assembled programs on a python that calls a libc function a known number of times. */
class KernelSessionTest {
    private static final String COUNT = """
            *(u32 *)(r10 - 4) = 0
            r1 = map[counts] ll
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto done
            r1 = 1
            lock *(u64 *)(r0 + 0) += r1
            done:
            r0 = 0
            exit
            """;
    private static final String REPORT = """
            r6 = *(u64 *)(r1 + 112)
            *(u64 *)(r10 - 8) = r6
            r1 = map[events] ll
            r2 = r10
            r2 += -8
            r3 = 8
            r4 = 0
            call bpf_ringbuf_output
            r0 = 0
            exit
            """;
    private static final MapSpec COUNTS = new MapSpec("counts", MapKind.ARRAY, IntType.U32, IntType.U64, 1, 0,
            new MapRole.Plain());
    private static final MapSpec EVENTS = new MapSpec("events", MapKind.RINGBUF, VoidType.VOID, VoidType.VOID,
            4096,
            0, new MapRole.Events(IntType.U64));

    private final KernelFeatures features = new KernelFeatures(LinuxKernel.instance());
    private final KernelLoader loader = new KernelLoader(LinuxKernel.instance(), features);

    @BeforeEach
    void needsTheKernel() {
        assumeTrue(features.has(Feature.BPF_CALL), features.support(Feature.BPF_CALL).explanation());
    }

    private static Program program(String name, ProgramType type, AttachSpec attach, String text) {
        var assembly = Assembler.assemble(text);
        return new Program(name, type, attach, assembly.instructions(), assembly.references(),
                List.of(new Function(name, 0, List.of(), IntType.S32)),
                List.of(new SourceLine(0, "test.probe", 7, 5, "the line of " + name)));
    }

    private static ProgramUnit unit(List<Program> programs, MapSpec... maps) {
        return new ProgramUnit("test", "GPL", programs, List.of(maps), List.of(), List.of(), List.of(),
                List.of());
    }

    private static AttachSpec.Uprobe libc(String symbol, AttachSpec.Uprobe.Site site) {
        return new AttachSpec.Uprobe("libc", symbol, 0, site);
    }

    /** A python that calls abs() of libc on 1, 2, ... as often as a line of its input says, and answers "done". */
    private static Process python() throws IOException {
        return new ProcessBuilder("/usr/bin/python3", "-u", "-c", """
                import ctypes, sys
                libc = ctypes.CDLL("libc.so.6")
                print("ready")
                for line in sys.stdin:
                    for i in range(int(line)):
                        libc.labs(i + 1)
                    print("done")
                """).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static void expect(BufferedReader output, String line) throws IOException {
        assertEquals(line, output.readLine());
    }

    private static void call(Process process, BufferedReader output, int times) throws IOException {
        process.getOutputStream().write((times + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        expect(output, "done");
    }

    private static long count(Session session) {
        return ByteBuffer.wrap(session.map("counts").lookup(new byte[4]).orElseThrow())
                .order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    @Test
    void countsTheCallsOfOneProcessAndNoMoreAfterDetaching() throws Exception {
        Process process = python();
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            expect(output, "ready");
            var unit = unit(List.of(program("labs_entry", ProgramType.KPROBE,
                    libc("labs", AttachSpec.Uprobe.Site.ENTRY), COUNT)), COUNTS);
            try (Session session = loader.open(unit, SessionOptions.of(List.of((int) process.pid())))) {
                assertTrue(session.attachments().stream().allMatch(a -> a.attached()),
                        session.attachments().toString());
                call(process, output, 1000);
                assertEquals(1000, count(session));
                session.detach();
                call(process, output, 10);
                assertEquals(1000, count(session));
                assertFalse(session.targetsEnded());
                process.destroy();
                process.waitFor();
                assertTrue(session.targetsEnded());
            }
        } finally {
            process.destroy();
        }
    }

    @Test
    void joinsEntryAndReturnIntoASessionWhereTheKernelCan() throws Exception {
        assumeTrue(features.has(Feature.UPROBE_SESSION), "the kernel has no uprobe sessions");
        Process process = python();
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            expect(output, "ready");
            var unit = unit(List.of(
                    program("labs_entry", ProgramType.KPROBE, libc("labs", AttachSpec.Uprobe.Site.ENTRY),
                            REPORT),
                    program("labs_return", ProgramType.KPROBE, libc("labs", AttachSpec.Uprobe.Site.RETURN),
                            COUNT)),
                    COUNTS, EVENTS);
            assertEquals(1, LoadPlan.of(unit.programs(), features, Map.of(),
                    () -> features.kernelFunction("bpf_session_is_return")).size());
            try (Session session = loader.open(unit, SessionOptions.of(List.of((int) process.pid())))) {
                assertEquals(2, session.attachments().size());
                call(process, output, 5);
                List<Long> seen = new ArrayList<>();
                while (seen.size() < 5) {
                    session.poll(Duration.ofSeconds(10), (map, data, offset, length) -> {
                        assertEquals("events", map);
                        assertEquals(8, length);
                        seen.add(data.getLong(offset));
                    });
                }
                assertEquals(List.of(1L, 2L, 3L, 4L, 5L), seen);
                assertEquals(5, count(session));
            }
        } finally {
            process.destroy();
        }
    }

    @Test
    void runsTimersTracepointsAndBeginAndEnd() throws Exception {
        var unit = unit(List.of(
                program("at_begin", ProgramType.RAW_TRACEPOINT, new AttachSpec.Begin(), COUNT),
                program("tick", ProgramType.PERF_EVENT, new AttachSpec.Interval(1_000_000), COUNT),
                program("at_end", ProgramType.RAW_TRACEPOINT, new AttachSpec.End(), COUNT)), COUNTS);
        try (Session session = loader.open(unit, SessionOptions.EVERYTHING)) {
            while (count(session) < 10) {
                Thread.onSpinWait();
            }
            session.detach();
            long last = count(session);
            assertTrue(last >= 11);
            assertEquals(last, count(session));
        }
        var tracepoint = unit(List.of(program("forks", ProgramType.TRACEPOINT,
                new AttachSpec.Tracepoint("sched", "sched_process_fork"), COUNT)), COUNTS);
        try (Session session = loader.open(tracepoint, SessionOptions.EVERYTHING)) {
            assertTrue(session.attachments().getFirst().attached(), session.attachments().toString());
            assertEquals(0, new ProcessBuilder("/bin/true").start().waitFor());
            assertTrue(count(session) >= 1);
        }
    }

    @Test
    void tellsWhichPlacesAreNotThere() {
        var unit = unit(List.of(program("none", ProgramType.KPROBE,
                libc("no_such_function", AttachSpec.Uprobe.Site.ENTRY), COUNT),
                program("nowhere", ProgramType.TRACEPOINT, new AttachSpec.Tracepoint("sched", "no_such"),
                        COUNT)),
                COUNTS);
        try (Session session = loader.open(unit, SessionOptions.EVERYTHING)) {
            assertEquals(Set.of(Attachment.Reason.NOT_FOUND), session.attachments().stream()
                    .map(a -> a.skipped().orElseThrow().reason()).collect(Collectors.toSet()));
            assertTrue(session.attachments().getFirst().whyNot()
                    .contains("has no symbol no_such_function"), session.attachments().toString());
        }
    }

    @Test
    void explainsARejectionAtTheSourceLine() {
        var program = program("bad", ProgramType.KPROBE, libc("labs", AttachSpec.Uprobe.Site.ENTRY), """
                *(u32 *)(r10 - 4) = 0
                r1 = map[counts] ll
                r2 = r10
                r2 += -4
                call bpf_map_lookup_elem
                r0 = *(u64 *)(r0 + 0)
                exit
                """);
        var rejection = assertThrows(LoadException.class,
                () -> loader.open(unit(List.of(program), new MapSpec("counts", MapKind.HASH, IntType.U32,
                        IntType.U64, 1, 0, new MapRole.Plain())), SessionOptions.EVERYTHING));
        assertTrue(rejection.getMessage().contains("this pointer may be null here"), rejection.getMessage());
        assertEquals(7, rejection.place().orElseThrow().line());
        assertFalse(rejection.notPermitted());
        assertTrue(rejection.log().contains("map_value_or_null"));
    }

    @Test
    void aMapThatIsTooLargeIsSaid() {
        var large = new MapSpec("large", MapKind.HASH, IntType.U32, IntType.U64, Integer.MAX_VALUE, 0,
                new MapRole.Plain());
        var problem = assertThrows(LoadException.class,
                () -> loader.open(unit(List.of(), large), SessionOptions.EVERYTHING));
        assertTrue(problem.getMessage().contains("large"), problem.getMessage());
    }

    @Test
    void clearingRemovesEntriesAndZeroesArrays() {
        var hash = new MapSpec("hash", MapKind.HASH, IntType.U32, IntType.U64, 2000, 0, new MapRole.Plain());
        try (Session session = loader.open(unit(List.of(), COUNTS, hash), SessionOptions.EVERYTHING)) {
            for (int i = 0; i < 1500; i++) {
                session.map("hash").update(number(Integer.BYTES, i), number(Long.BYTES, i));
            }
            session.map("counts").update(number(Integer.BYTES, 0), number(Long.BYTES, 5));
            session.map("hash").clear();
            session.map("counts").clear();
            assertEquals(0, session.map("hash").forEach((key, value) -> {}));
            assertEquals(0, count(session));
        }
    }

    private static byte[] number(int size, int value) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).putInt(0, value).array();
    }
}
