package io.bpf4j.loader.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.proc.ProcessInfo;
import io.bpf4j.loader.proc.ThreadInfo;
import io.bpf4j.loader.sys.LinuxKernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What another JVM does as a tool: one without rights, and one that is killed at any moment. */
@Timeout(300)
class OtherToolTest {
    private static final List<String> AS_NOBODY = List.of("setpriv", "--reuid=65534", "--regid=65534",
            "--clear-groups");

    @TempDir
    private static Path folder;
    private static Path work;

    /** Of copies that everybody may read. */
    private static String classPath;

    @BeforeAll
    static void prepare() throws IOException {
        work = Victim.compile(folder, "work", "-O2", "-pthread");
        folder.toFile().setExecutable(true, false);
        folder.toFile().setReadable(true, false);
        var copies = new ArrayList<String>();
        for (String entry : System.getProperty("java.class.path").split(":")) {
            Path original = Path.of(entry);
            String name = original.getFileName().toString();
            if (Files.isDirectory(original) || name.startsWith("jffi") || name.startsWith("bpf4j")) {
                Path copy = folder.resolve("classes" + copies.size() + name);
                copy(original, copy);
                copies.add(copy.toString());
            }
        }
        classPath = String.join(":", copies);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static Process tool(List<String> prefix, int pid, int times) throws IOException {
        var command = new ArrayList<>(prefix);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                classPath, OtherTool.class.getName(), Integer.toString(pid),
                Integer.toString(times)));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static void assumeNobody() {
        assumeTrue(LinuxKernel.instance().effectiveUser() == 0, "needs root, to become somebody else");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
    }

    @Test
    void anOrdinaryUserWorksOnHisOwnProcess() throws Exception {
        assumeNobody();
        var command = new ArrayList<>(AS_NOBODY);
        command.add(work.toString());
        try (var victim = Victim.start(command.toArray(String[]::new))) {
            Process tool = tool(AS_NOBODY, victim.pid(), 20);
            assertEquals("ready", tool.inputReader().readLine());
            assertEquals("right", tool.inputReader().readLine());
            String words = victim.finish();
            assertTrue(words.startsWith("right "), words);
        }
    }

    @Test
    void anOrdinaryUserIsToldThatAFilterWouldKill() throws Exception {
        assumeNobody();
        Path odd = Victim.compile(folder, "odd", "-O1", "-pthread");
        var command = new ArrayList<>(AS_NOBODY);
        command.addAll(List.of(odd.toString(), "filtered"));
        try (var victim = Victim.start(command.toArray(String[]::new))) {
            String answer = tool(AS_NOBODY, victim.pid(), 1).inputReader().readLine();
            assertEquals("SECCOMP", answer.split(" ")[0], answer);
            assertEquals("right", victim.finish());
        }
    }

    @Test
    void anOrdinaryUserIsToldWhoseProcessItIs() throws Exception {
        assumeNobody();
        try (var victim = Victim.start(work.toString())) {
            String answer = tool(AS_NOBODY, victim.pid(), 1).inputReader().readLine();
            assertEquals("NOT_PERMITTED", answer.split(" ")[0]);
            assertTrue(answer.contains("runs as user 0; run as that user, or as root"), answer);
        }
    }

    @Test
    void aToolThatIsKilledAtAnyMomentLeavesTheProcessRight() throws Exception {
        var random = new Random(5);
        // One that dies between the stop of a thread and its next step leaves it with EINTR from epoll_wait.
        try (var victim = Victim.start(work.toString(), "lenient")) {
            for (int i = 0; i < 10; i++) {
                Process tool = tool(List.of(), victim.pid(), Integer.MAX_VALUE);
                BufferedReader output = tool.inputReader();
                assertEquals("ready", output.readLine());
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(30_000)));
                tool.destroyForcibly().waitFor();
                while (ProcessInfo.of(victim.pid()).threads().stream()
                        .anyMatch(id -> ThreadInfo.of(victim.pid(), id).tracer() != 0)) {
                    Thread.onSpinWait();
                }
            }
            String words = victim.finish();
            assertTrue(words.startsWith("right "), words);
        }
    }
}
