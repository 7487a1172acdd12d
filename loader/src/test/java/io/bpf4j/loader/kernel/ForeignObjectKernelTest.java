package io.bpf4j.loader.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.Cpus;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.object.Command;
import io.bpf4j.vm.object.foreign.ClangObjects;
import io.bpf4j.vm.object.foreign.ForeignObjectReader;
import io.bpf4j.vm.object.foreign.ForeignUnit;
import io.bpf4j.vm.object.foreign.Surroundings;
import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.program.GlobalValues;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.type.ValueReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects that clang made, in the real kernel, beside what bpftool and libbpf load of them. */
class ForeignObjectKernelTest {
    private static final Path TYPES = Path.of("/sys/kernel/btf/vmlinux");

    private final KernelFeatures features = new KernelFeatures(LinuxKernel.instance());
    private final KernelLoader loader = new KernelLoader(LinuxKernel.instance(), features);

    @BeforeEach
    void needsTheKernel() {
        assumeTrue(features.has(Feature.BPF_CALL), features.support(Feature.BPF_CALL).explanation());
        assumeTrue(features.has(Feature.TYPES), features.support(Feature.TYPES).explanation());
        assumeTrue(Files.isReadable(TYPES), "this kernel shows no types");
    }

    private static ForeignUnit read(String name) {
        try {
            return ForeignObjectReader.read(name, ClangObjects.bytes(name),
                    new Surroundings(Optional.of(Btf.parse(Files.readAllBytes(TYPES))),
                            Cpus.possible().length,
                            0x60102, setting -> Optional.empty(), symbol -> OptionalLong.empty()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Session open(ForeignUnit read) {
        return open(read, read.unit());
    }

    private Session open(ForeignUnit read, ProgramUnit unit) {
        return loader.open(unit, SessionOptions.EVERYTHING.withTraits(read.traits()));
    }

    static List<String> programs() {
        return ClangObjects.programs();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void everyProgramIsLoadedAndAttached(String name) {
        try (Session session = open(read(name))) {
            assertTrue(session.attachments().stream().allMatch(Attachment::attached),
                    session.attachments()::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"globals", "functions", "core"})
    void kernelHasTheSameInstructionsAsFromLibbpf(String name, @TempDir Path folder) {
        assumeTrue(Command.exists("bpftool"), "bpftool is not installed");
        assumeTrue(Command.run("unshare", "-m", "true").status() == 0, "unshare -m is not permitted");
        Map<String, List<Long>> theirs = LoadedPrograms.ofBpftool(ClangObjects.file(name), folder);
        ForeignUnit read = read(name);
        try (Session session = open(read)) {
            Map<String, List<Long>> ours = LoadedPrograms.ofThisProcess(folder);
            assertEquals(session.attachments().size(), theirs.size());
            theirs.forEach((program, instructions) -> assertEquals(instructions, ours.get(program), program));
        }
    }

    @Test
    void kernelsFieldsAreReadWhereTheyAre() throws IOException {
        ForeignUnit read = read("core");
        String own = Files.readString(Path.of("/proc/thread-self/comm")).strip();
        Path stat = Path.of("/proc/self/stat");
        String thread = Path.of("/proc/thread-self").toRealPath().getFileName().toString();
        try (Session session = open(read, GlobalValues.set(read.unit(), "thread", thread))) {
            // The last call of this thread is the one that reads the map.
            Map<?, ?> result = (Map<?, ?>) value(read.unit(), session, "result");
            assertEquals(ProcessHandle.current().pid(), result.get("tgid"));
            assertEquals(own, result.get("comm"));
            String[] fields = Files.readString(stat).replaceAll(".*\\) ", "").split(" ");
            assertEquals(Long.parseLong(fields[1]), result.get("parent"));
            assertEquals(0L, result.get("has_old"));
            assertEquals(1L, result.get("has_new"));
            assertEquals(0L, result.get("has_missing"));
            assertEquals(16L, result.get("comm_size"));
            assertEquals(1L, result.get("type_exists"));
            assertEquals(0L, result.get("type_missing"));
        }
    }

    @Test
    void typesAreMeasuredAsBpftoolMeasuresThem() {
        assumeTrue(Command.exists("bpftool"), "bpftool is not installed");
        String dump = Command.run("sh", "-c",
                "bpftool btf dump file /sys/kernel/btf/vmlinux | grep -m1 \"STRUCT 'task_struct' \"")
                .output();
        ForeignUnit read = read("core");
        try (Session session = open(read)) {
            Map<?, ?> result = (Map<?, ?>) value(read.unit(), session, "result");
            assertTrue(dump.contains("[" + result.get("type_size") + "] "), dump + result);
            assertTrue(dump.contains(" size=" + result.get("size") + " "), dump + result);
        }
    }

    private static Object value(ProgramUnit unit, Session session, String name) {
        Global global = unit.global(name).orElseThrow();
        byte[] bytes = session.map(global.map()).lookup(new byte[Integer.BYTES]).orElseThrow();
        return ValueReader.read(global.type(), ByteBuffer.wrap(bytes), global.offset());
    }

    @Test
    void programsJumpIntoEachOtherAndWriteMapsInMaps() {
        ForeignUnit read = read("nested");
        try (Session session = open(read)) {
            long hits = ((Number) value(read.unit(), session, "hits")).longValue();
            assertTrue(hits > 0 && hits < 1_000_000, "hits " + hits);
            assertEquals(0x60102L, value(read.unit(), session, "version"));
            assertEquals(Optional.empty(), session.map("left").lookup(new byte[]{2, 0, 0, 0}));
            assertEquals(1, session.map("right").lookup(new byte[]{2, 0, 0, 0}).orElseThrow()[0]);
        }
    }

    @Test
    void eventsComeThroughRingsAndPerfBuffers() throws Exception {
        List<String> seen = new ArrayList<>();
        ForeignUnit read = read("maps");
        try (Session session = open(read)) {
            Process process = new ProcessBuilder("true").start();
            process.waitFor();
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!(seen.contains("events true") && seen.contains("samples true"))
                    && System.nanoTime() < end) {
                session.poll(Duration.ofMillis(100), (map, data, offset, length) -> {
                    var record = ((MapRole.Events) read.unit().map(map).orElseThrow().role())
                            .record();
                    Map<?, ?> event = (Map<?, ?>) ValueReader.read(record, data, offset);
                    if (event.get("pid").equals(process.pid())) {
                        seen.add(map + " " + event.get("comm"));
                    }
                });
            }
            assertTrue(seen.contains("events true") && seen.contains("samples true"), seen.toString());
        }
    }

    @Test
    void otherKindsOfProgramsAreLoadedAndSaidNotToBeAttached() {
        ForeignUnit read = read("places");
        List<String> kinds = List.of("an_xdp", "a_tc", "a_socket", "a_cgroup_skb", "a_connect4", "an_sk_msg",
                "a_sockops", "an_lwt", "a_perf_event", "an_iter", "a_classifier");
        List<Program> programs = read.unit().programs().stream().filter(each -> kinds.contains(each.name()))
                .toList();
        assertEquals(kinds.size(), programs.size());
        try (Session session = open(read, read.unit().withPrograms(programs))) {
            assertEquals(kinds.size(), session.attachments().size());
            session.attachments().forEach(each -> assertEquals(Attachment.Reason.UNSUPPORTED,
                    each.skipped().orElseThrow().reason()));
        }
    }

    @Test
    void poisonThatIsReachedIsExplained() {
        ForeignUnit read = read("guest");
        List<Program> lost = read.unit().programs().stream().filter(each -> each.name().equals("lost_offset"))
                .toList();
        LoadException e = assertThrows(LoadException.class, () -> open(read, read.unit().withPrograms(lost)));
        assertTrue(e.getMessage().contains("a field or type that this kernel does not have"), e.getMessage());
    }
}
