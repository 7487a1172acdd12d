package io.bpf4j.tools.syscount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.vm.program.ProgramUnit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** System calls are counted in the process that makes them, and it notices nothing. */
class UserModeTest {

    private static final String BOTH_SIDES = """
            license "GPL";
            map hash<u32, u64> entered(1024);
            map hash<u32, u64> left(1024);
            probe tracepoint:raw_syscalls:sys_enter {
                u64 *n = entered.lookup_or_init((u32)args->id);
                *n += 1;
            }
            probe tracepoint:raw_syscalls:sys_exit {
                u64 *n = left.lookup_or_init((u32)args->id);
                *n += 1;
            }
            """;
    /** A million calls for each line that it reads; says how many nanoseconds each took. */
    private static final String CALLS = """
            #include <stdio.h>
            #include <time.h>
            #include <unistd.h>
            int main() {
                char line[64];
                puts("ready");
                fflush(stdout);
                while (fgets(line, 64, stdin)) {
                    struct timespec a, b;
                    clock_gettime(CLOCK_MONOTONIC, &a);
                    for (int i = 0; i < 1000000; i++) getppid();
                    clock_gettime(CLOCK_MONOTONIC, &b);
                    printf("%.1f\\n", ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / 1e6);
                    fflush(stdout);
                }
            }
            """;
    private static final long GETPPID = 110;
    private static final int CALLS_AT_ONCE = 1_000_000;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void require() throws IOException {
        Tool.assumeThatItCanRun();
    }

    /** A process whose parent is a shell, as the JVM would take the stops of its own child. */
    private record Victim(Process shell, BufferedReader output, Writer input,
            int pid) implements AutoCloseable {

        static Victim start(Path program) throws IOException {
            Process shell = new ProcessBuilder("sh", "-c",
                    "exec 3<&0; " + program + " <&3 3<&- & echo $!; exec 3<&-; wait $!").redirectError(
                            ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader output = shell.inputReader();
            int pid = Integer.parseInt(output.readLine());
            assertEquals("ready", output.readLine());
            return new Victim(shell, output, shell.outputWriter(), pid);
        }

        String ask() throws IOException {
            input.write("\n");
            input.flush();
            return output.readLine();
        }

        @Override
        public void close() {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            shell.destroy();
        }
    }

    private static Path compile(String name, String source, String... flags) throws Exception {
        Path file = folder.resolve(name + ".c");
        Files.writeString(file, source);
        Path program = folder.resolve(name);
        List<String> command = new ArrayList<>(List.of("gcc", "-O2", "-pthread", "-w", "-o",
                program.toString(), file.toString()));
        command.addAll(List.of(flags));
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
        return program;
    }

    private static ProgramUnit unit(Machine machine) {
        return machine.compile(new SourceFile("both.probe", BOTH_SIDES));
    }

    private static Session open(Machine machine, ProgramUnit unit, Victim victim) {
        Session session = machine.open(unit, SessionOptions.of(List.of(victim.pid())), ExecutionMode.USER);
        session.attachments().forEach(one -> assertTrue(one.attached(), one::toString));
        return session;
    }

    private static Map<Long, Long> counts(Session session, String map) {
        Map<Long, Long> counts = new TreeMap<>();
        session.map(map)
                .forEach((key, value) -> counts.put((long) key.order(ByteOrder.LITTLE_ENDIAN).getInt(0),
                        value.order(ByteOrder.LITTLE_ENDIAN).getLong(0)));
        return counts;
    }

    private static boolean isTouched(Victim victim) {
        return MemoryMaps.of(victim.pid()).mappings().stream()
                .anyMatch(mapping -> mapping.name().contains("bpf4j"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dynamic", "static"})
    void resultsOfCallsStayTheSameWhileProbesComeAndGo(String kind) throws Exception {
        String source;
        try (var stream = UserModeTest.class.getResourceAsStream("check.c")) {
            source = new String(stream.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        Path program = compile("check-" + kind, source, kind.equals("static") ? "-static" : "-fPIE");
        try (Machine machine = new Machine(); Victim victim = Victim.start(program)) {
            ProgramUnit unit = unit(machine);
            for (int i = 0; i < 10; i++) {
                try (Session session = open(machine, unit, victim)) {
                    while (counts(session, "left").getOrDefault(GETPPID, 0L) == 0) {
                        assertTrue(victim.shell().isAlive(), "a call had another result");
                    }
                }
            }
            String answer = victim.ask();
            assertTrue(answer != null && answer.endsWith("rounds right"), answer);
            assertEquals(0, victim.shell().waitFor());
        }
    }

    @Test
    void everyCallIsSeenOnceOnEachSide() throws Exception {
        try (Machine machine = new Machine(); Victim victim = Victim.start(compile("calls", CALLS))) {
            try (Session session = open(machine, unit(machine), victim)) {
                victim.ask();
                assertEquals(CALLS_AT_ONCE, counts(session, "entered").get(GETPPID));
                assertEquals(CALLS_AT_ONCE, counts(session, "left").get(GETPPID));
                assertTrue(session.attachments().stream().mapToInt(Attachment::sites).sum() > 100);
            }
            victim.ask();
            assertTrue(!isTouched(victim), "nothing is left");
        }
    }

    @Test
    void whatACallCostsIsSaid() throws Exception {
        try (Machine machine = new Machine(); Victim victim = Victim.start(compile("costs", CALLS))) {
            ProgramUnit unit = unit(machine);
            String none = least(victim);
            String user;
            try (Session session = open(machine, unit, victim)) {
                user = least(victim);
                assertTrue(counts(session, "left").get(GETPPID) >= CALLS_AT_ONCE);
            }
            String kernel;
            try (Session session = machine.open(unit, SessionOptions.EVERYTHING, ExecutionMode.KERNEL)) {
                kernel = least(victim);
                assertTrue(counts(session, "left").get(GETPPID) >= CALLS_AT_ONCE);
            }
            System.out.printf(
                    "getppid with hash counts on both sides: none %s ns, user mode %s ns, kernel %s ns%n",
                    none, user, kernel);
        }
    }

    private static String least(Victim victim) throws IOException {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < 7; i++) {
            least = Math.min(least, Double.parseDouble(victim.ask()));
        }
        return Double.toString(least);
    }
}
