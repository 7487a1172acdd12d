package io.bpf4j.loader.user;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.Session;
import io.bpf4j.loader.elf.BinarySamples;
import io.bpf4j.loader.elf.ElfFile;
import io.bpf4j.loader.elf.Segment;
import io.bpf4j.loader.inject.TargetMemory;
import io.bpf4j.loader.inject.Victim;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A program whose threads compute, take faults and signals, jump, recurse, fork and block, and check all of it, does
 * not notice that it is traced. {@code -Duser.cycles=N} has it attached to N times.
 */
class SurvivalTest {

    private static final int CYCLES = Integer.getInteger("user.cycles", 10);
    private static final Duration SOME_TIME = Duration.ofMillis(10);
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    @TempDir
    private Path folder;
    private Path program;

    private static String source() throws IOException {
        try (var source = SurvivalTest.class.getResourceAsStream("survivor.c")) {
            return new String(source.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @BeforeEach
    void build() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "it has to be root");
        program = BinarySamples.compile(folder, source(), "survivor", "-O2", "-pthread");
    }

    /** s computes, j jumps out of functions and handlers, d recurses and sleeps, a is interrupted, f forks. */
    @ParameterizedTest
    @ValueSource(strings = {"s", "sja", "sjda", "sdfa"})
    void attachingAndDetachingDisturbsNothing(String parts) throws IOException {
        try (Victim victim = Victim.start(program.toString(), parts)) {
            for (int i = 0; i < CYCLES; i++) {
                try (Session session = SurvivorProbes.open(program, victim.pid())) {
                    assertEquals(2 * SurvivorProbes.FUNCTIONS.size() + 1,
                            session.attachments().stream().mapToInt(made -> made.sites()).sum(),
                            () -> session.attachments().toString());
                    session.poll(SOME_TIME, (map, data, offset, length) -> {});
                }
            }
            assertTextIsTheFiles(victim.pid());
            assertNothingIsLeft(victim.pid());
            assertRight(victim);
        }
    }

    @Test
    void everyCallOfThousandsOfShortThreadsIsCounted() throws IOException {
        try (Victim victim = Victim.start(program.toString(), "-")) {
            try (Session session = SurvivorProbes.open(program, victim.pid())) {
                victim.tell("storm 10000");
                assertEquals("stormed", victim.line());
                assertEquals(10_000, SurvivorProbes.calls(session, "work"));
                assertEquals(10_000, SurvivorProbes.returns(session, "work"));
            }
            assertNothingIsLeft(victim.pid());
            assertRight(victim);
        }
    }

    @Test
    void aThreadIsLeftTheCodeThatItIsToReturnTo() throws IOException {
        try (Victim victim = Victim.start(program.toString(), "-")) {
            try (Session session = SurvivorProbes.open(program, victim.pid())) {
                victim.tell("block");
                long deadline = System.nanoTime() + DEADLINE.toNanos();
                while (SurvivorProbes.calls(session, "wait_inside") == 0) {
                    assertTrue(System.nanoTime() < deadline, "nobody called the function");
                    session.poll(SOME_TIME, (map, data, offset, length) -> {});
                }
            }
            assertTextIsTheFiles(victim.pid());
            assertTrue(MemoryMaps.of(victim.pid()).mappings().stream().anyMatch(SharedArena::isArena),
                    "the arena is needed when the function returns");
            assertRight(victim);
        }
    }

    @Test
    void badPointersHarmNobodyWhoHasBlockedAllSignals() throws IOException {
        try (Victim victim = Victim.start(program.toString(), "m")) {
            try (Session session = SurvivorProbes.open(program, victim.pid())) {
                long deadline = System.nanoTime() + DEADLINE.toNanos();
                while (SurvivorProbes.calls(session, "text") < 1000) {
                    assertTrue(System.nanoTime() < deadline, "the thread does not run any more");
                    session.poll(SOME_TIME, (map, data, offset, length) -> {});
                }
            }
            assertNothingIsLeft(victim.pid());
            assertRight(victim);
        }
    }

    @Test
    void forkedChildrenReportThemselves() {
        Set<Integer> seen = new HashSet<>();
        try (Victim victim = Victim.start(program.toString(), "f")) {
            try (Session session = SurvivorProbes.open(program, victim.pid())) {
                long deadline = System.nanoTime() + DEADLINE.toNanos();
                while (seen.size() < 20) {
                    assertTrue(System.nanoTime() < deadline, () -> "only " + seen);
                    session.poll(SOME_TIME, (map, data, offset, length) -> {
                        long id = data.order(ByteOrder.LITTLE_ENDIAN).getLong(offset);
                        assertEquals((int) (id >> 32), (int) id, "a child's only thread");
                        seen.add((int) id);
                    });
                }
                assertFalse(seen.contains(victim.pid()), "only children call the function");
            }
            assertNothingIsLeft(victim.pid());
            assertRight(victim);
        }
    }

    @Test
    void aToolThatIsKilledAtAnyMomentDisturbsNothing() throws Exception {
        Random random = new Random(5);
        try (Victim victim = Victim.start(program.toString(), "sjda")) {
            for (int i = 0; i < Math.max(3, CYCLES / 5); i++) {
                kill(victim.pid(), random.nextLong(3_000_000_000L));
                SurvivorProbes.open(program, victim.pid()).close();
                assertTextIsTheFiles(victim.pid());
            }
            assertNothingIsLeft(victim.pid());
            assertRight(victim);
        }
    }

    private void kill(int pid, long nanosAfterStart) throws Exception {
        Process tool = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                SurvivorProbes.class.getName(),
                program.toString(), Integer.toString(pid)).redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertEquals("ready", tool.inputReader().readLine());
        LockSupport.parkNanos(nanosAfterStart);
        tool.destroyForcibly();
        tool.waitFor();
    }

    @Test
    void nothingIsEverWritableAndExecutableNorOpenToOthers() throws IOException {
        try (Victim victim = Victim.start(program.toString(), "s");
                Session session = SurvivorProbes.open(program, victim.pid())) {
            List<Mapping> mappings = MemoryMaps.of(victim.pid()).mappings();
            assertTrue(mappings.stream().noneMatch(one -> one.permissions().contains("wx")),
                    mappings::toString);
            Mapping arena = mappings.stream().filter(SharedArena::isArena).findFirst().orElseThrow();
            assertEquals("rw-s", arena.permissions());
            Path file = Path
                    .of("/proc/%d/map_files/%x-%x".formatted(victim.pid(), arena.start(), arena.end()));
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            assertFalse(session.targetsEnded());
        }
    }

    private static void assertRight(Victim victim) {
        String last = victim.finish();
        assertTrue(last != null && last.startsWith("right"), () -> "it said " + last);
        assertEquals(0, victim.exitCode());
    }

    private void assertTextIsTheFiles(int pid) throws IOException {
        byte[] file = Files.readAllBytes(program);
        try (ElfFile elf = ElfFile.open(program); TargetMemory memory = TargetMemory.open(pid)) {
            Segment text = elf.segments().stream().filter(Segment::isExecutable).findFirst().orElseThrow();
            Mapping mapping = MemoryMaps.of(pid).mappings().stream()
                    .filter(one -> one.isExecutable() && one.name().equals(program.toString())).findFirst()
                    .orElseThrow();
            int length = (int) (mapping.end() - mapping.start());
            int used = (int) Math.min(length, text.offset() + text.fileSize() - mapping.offset());
            assertArrayEquals(Arrays.copyOfRange(file, (int) mapping.offset(), (int) mapping.offset() + used),
                    memory.read(mapping.start(), used));
        }
    }

    private static void assertNothingIsLeft(int pid) {
        List<Mapping> mappings = MemoryMaps.of(pid).mappings();
        assertTrue(mappings.stream().noneMatch(SharedArena::isArena), mappings::toString);
        assertTrue(mappings.stream().noneMatch(one -> one.isExecutable() && one.name().isEmpty()),
                mappings::toString);
    }
}
