package io.bpf4j.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.LinuxKernel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ends that a tool does not choose: what is left of it in the kernel and in the traced program. */
class EndingTest {
    private static final long PATIENCE_SECONDS = 20;
    /** As proc_pid_syscall(5) shows a thread that sleeps in write(1, ...) on x86-64. */
    private static final String WRITE_TO_OUTPUT = "1 0x1 ";
    private static final String ALL_KINDS = """
            map hash<u32, u64> calls(64);
            probe uprobe:c:clock_nanosleep { calls[0]++; }
            probe uretprobe:c:getpid -> int { calls[1]++; }
            probe tracepoint:raw_syscalls:sys_enter { calls[2]++; }
            probe profile:hz:19 { calls[3]++; }
            """;

    @TempDir
    private Path directory;

    @BeforeAll
    static void needsTheKernel() {
        var support = new KernelFeatures(LinuxKernel.instance()).support(Feature.BPF_CALL);
        assumeTrue(support.available(), support.explanation());
        assumeTrue(KernelObjects.available(), "bpftool is not here");
    }

    /** What must become true, as the kernel gets to it. */
    private interface Fact {
        boolean holds() throws IOException;
    }

    private static void await(String what, Fact fact) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!fact.holds()) {
            assertTrue(System.nanoTime() - deadline < 0, "still not so: " + what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("test.probe"), text).toString();
    }

    /** Whether one of a process's threads has a file in /proc that begins with a text. */
    private static boolean anyThread(Process process, String file, String beginning) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve(file)).startsWith(beginning)) {
                    return true;
                }
            }
        } catch (NoSuchFileException e) {
            return false; // the thread has ended since it was listed
        }
        return false;
    }

    /** The tool cannot end by itself: nobody reads what it still has to print. */
    @Test
    void aSecondSignalEndsAToolWhoseOutputIsStuckAtOnce() throws Exception {
        Process tool = new ProcessBuilder(ToolProcess.command("run", file("""
                map hash<u32, u64> calls(64);
                probe profile:hz:99 { calls[cpu()]++; printf("%s %s %s %s", comm(), comm(), comm(), comm()); }
                probe interval:us:50 { printf("a line that is long enough to fill a pipe soon enough"); }
                """))).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try {
            await("it is stuck in writing to its output", () -> anyThread(tool, "syscall", WRITE_TO_OUTPUT));
            Set<String> objects = KernelObjects.of(tool.pid());
            assertTrue(objects.stream().anyMatch(object -> object.startsWith("prog_id")), objects.toString());
            signal(tool, "INT");
            await("the first signal has arrived", () -> anyThread(tool, "comm", "patience"));
            assertTrue(tool.isAlive());
            signal(tool, "INT");
            assertTrue(tool.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "it does not end");
            assertEquals(130, tool.exitValue());
            KernelObjects.awaitGone(objects);
        } finally {
            tool.destroyForcibly();
        }
    }

    private static void signal(Process process, String name) throws IOException, InterruptedException {
        assertEquals(0,
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start()
                        .waitFor());
    }

    /** Returns how many bytes of libc's code in a process differ from the file. */
    private static long changedBytes(long pid) throws IOException {
        long changed = 0;
        try (var memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"))) {
                String[] words = line.split(" +");
                if (words.length > 5 && words[1].startsWith("r-x") && words[5].contains("/libc.so.6")) {
                    long start = Long.parseLong(words[0].split("-")[0], 16);
                    byte[] mapped = new byte[(int) (Long.parseLong(words[0].split("-")[1], 16) - start)];
                    memory.seek(start);
                    memory.readFully(mapped);
                    int offset = Integer.parseInt(words[2], 16);
                    byte[] stored = Arrays.copyOfRange(Files.readAllBytes(Path.of(words[5])), offset,
                            offset + mapped.length);
                    for (int at = 0; at < mapped.length; at++) {
                        changed += mapped[at] == stored[at] ? 0 : 1;
                    }
                }
            }
        }
        return changed;
    }

    /** Returns the descriptors of a process that lead to BPF objects and perf events. */
    private static List<String> kernelDescriptors(long pid) throws IOException {
        try (Stream<Path> links = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return links.map(EndingTest::target).filter(target -> target.matches("anon_inode:.?(bpf|perf).*"))
                    .toList();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed since it was listed
        }
    }

    @Test
    void aKilledToolLeavesNothingInTheProgramThatItTraced() throws Exception {
        Process target = new ProcessBuilder("sleep", "1000").start();
        try (ToolProcess tool = ToolProcess.start("run", file(ALL_KINDS), "-p",
                Long.toString(target.pid()))) {
            tool.awaitAttached();
            assertNotEquals(0, changedBytes(target.pid()), "no breakpoint in " + target.pid());
            assertTrue(kernelDescriptors(tool.pid()).stream().anyMatch(name -> name.contains("perf_event")),
                    () -> "no perf event");
            Set<String> objects = KernelObjects.of(tool.pid());
            tool.signal("KILL");
            assertEquals(137, tool.await().code());
            KernelObjects.awaitGone(objects);
            await("libc is as in its file", () -> changedBytes(target.pid()) == 0);
            assertTrue(target.isAlive());
        } finally {
            target.destroyForcibly();
        }
    }

    @Test
    void aCommandThatTheToolStartedHasNoneOfItsDescriptors() throws Exception {
        try (ToolProcess tool = ToolProcess.start("run", file(ALL_KINDS), "--", "sleep", "1000")) {
            tool.awaitAttached();
            // A shell stays between the tool and the command.
            ProcessHandle child = ProcessHandle.of(tool.pid()).orElseThrow().descendants()
                    .filter(process -> process.children().findAny().isEmpty()).findFirst().orElseThrow();
            try {
                await("it runs sleep", () -> Files.readString(Path.of("/proc/" + child.pid() + "/comm"))
                        .equals("sleep\n"));
                assertNotEquals(List.of(), kernelDescriptors(tool.pid()));
                assertEquals(List.of(), kernelDescriptors(child.pid()));
                Set<String> objects = KernelObjects.of(tool.pid());
                tool.signal("KILL");
                await("the tool has ended", () -> !tool.isAlive());
                KernelObjects.awaitGone(objects);
                assertTrue(child.isAlive());
            } finally {
                child.destroyForcibly();
            }
        }
    }
}
