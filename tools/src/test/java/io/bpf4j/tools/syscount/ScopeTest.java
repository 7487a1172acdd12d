package io.bpf4j.tools.syscount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which processes and threads count, and when counting ends. */
class ScopeTest {
    @TempDir
    private static Path directory;
    private static Path target;

    @BeforeAll
    static void build() throws Exception {
        Tool.assumeThatItCanRun();
        target = Tool.target(directory);
    }

    /** Counts a program from the byte that lets it go on to its end. */
    private static Map<String, Long> countRest(Process process, String... options) throws Exception {
        try (Tool tool = Tool.startAndAwait(options)) {
            Tool.release(process);
            if (List.of(options).contains("--ppid") || List.of(options).contains("--cgroup")) {
                tool.signal("INT");
            }
            Tool.Result result = tool.finish();
            assertEquals(0, result.code(), result.errors());
            assertTrue(result.output().endsWith("\n\nDetaching...\n"), result.output());
            return result.counts();
        }
    }

    private static String pid(Process process) {
        return Long.toString(process.pid());
    }

    @Test
    void aProcessCountsWithItsThreadsButWithoutItsChildren() throws Exception {
        Process process = Tool.launch(target, "rtf");
        Map<String, Long> counts = countRest(process, "-T", "1000", "-p", pid(process));
        assertEquals(21, counts.get("gettid"));
        assertEquals(5, counts.get("clone"), "three threads, two children");
        assertEquals(2, counts.get("wait4"));
        assertEquals(1, counts.get("read"));
        assertEquals(Set.of("gettid", "clone", "wait4", "read"), counts.keySet());
    }

    @Test
    void childrenCountByTheirParent() throws Exception {
        Process process = Tool.launch(target, "rtf");
        Map<String, Long> counts = countRest(process, "-T", "1000", "--ppid", pid(process));
        assertEquals(22, counts.remove("getuid"));
        counts.remove("set_robust_list"); // the C library's, in a new child
        assertEquals(Map.of(), counts);
    }

    @Test
    void aThreadCountsAlone() throws Exception {
        Process process = Tool.launch(target, "rt");
        assertEquals(Map.of("clone", 3L, "read", 1L),
                countRest(process, "-T", "1000", "-t", pid(process)));
    }

    @Test
    void aControlGroupCountsWithAllBelowIt() throws Exception {
        Path root = Files.readAllLines(Path.of("/proc/mounts")).stream().map(line -> line.split(" "))
                .filter(words -> words[2].equals("cgroup2")).map(words -> Path.of(words[1])).findFirst()
                .orElse(null);
        assumeTrue(root != null && Files.isWritable(root), "needs cgroup2 mounted");
        Path group = root.resolve("jsyscount-test-" + ProcessHandle.current().pid());
        Path below = group.resolve("below");
        Files.createDirectories(below);
        try {
            Process process = Tool.launch(target, "rbtf");
            Files.writeString(below.resolve("cgroup.procs"), pid(process));
            Map<String, Long> expected = new TreeMap<>(Tool.strace(target, "rbtf", false));
            Tool.strace(target, "", false)
                    .forEach((call, count) -> expected.merge(call, -count, Long::sum));
            expected.values().removeIf(count -> count == 0);
            assertEquals(expected, countRest(process, "-T", "1000", "--cgroup", group.toString()));
        } finally {
            Files.delete(below);
            Files.delete(group);
        }
    }

    @Test
    void onlyChosenProcessesAppear() throws Exception {
        Process first = Tool.launch(target, "rb");
        Process second = Tool.launch(target, "rb");
        Process stranger = new ProcessBuilder("sh", "-c", "while :; do :; : < /dev/null; done").start();
        try (Tool tool = Tool.startAndAwait("-P", "-p", pid(first), "-p", pid(second))) {
            Tool.release(first);
            Tool.release(second);
            Map<String, Long> counts = tool.finish().counts();
            assertEquals(Map.of(pid(first) + " target", 1026L, pid(second) + " target", 1026L), counts);
        } finally {
            stranger.destroy();
        }
    }

    @Test
    void intervalsAddUpToEveryCall() throws Exception {
        Process process = Tool.launch(target, "rm");
        try (Tool tool = Tool.startAndAwait("-i", "20ms", "-p", pid(process))) {
            Tool.release(process);
            Tool.Result result = tool.finish();
            assertTrue(result.rows().size() > 10, result.output());
            assertEquals(Map.of("getppid", 1_500_000L, "read", 1L), result.counts());
        }
    }

    @Test
    void aKilledProcessEndsTheRun() throws Exception {
        Process process = Tool.launch(target, "rb");
        try (Tool tool = Tool.startAndAwait("-p", pid(process), "-v")) {
            process.destroyForcibly();
            Tool.Result result = tool.finish();
            assertEquals(0, result.code());
            assertTrue(result.errors().endsWith("jsyscount: what was traced has ended\n"), result.errors());
        }
    }

    @Test
    void ctrlCPrintsWhatWasCounted() throws Exception {
        try (Tool tool = Tool.startAndAwait("-i", "0")) {
            tool.signal("INT");
            Tool.Result result = tool.finish();
            assertEquals(0, result.code());
            assertTrue(result.output().matches(
                    "(?s)\\[\\d\\d:\\d\\d:\\d\\d]\nSYSCALL {19}COUNT\n(\\S+ +\\d+\n){1,10}\nDetaching\\.\\.\\.\n"),
                    result.output());
            assertTrue(result.errors().startsWith("jsyscount: kernel mode"), result.errors());
        }
    }

    @Test
    void aDurationEndsTheRun() throws Exception {
        Tool.Result result = Tool.run("-d", "300ms", "-i", "100ms", "-x");
        assertEquals(0, result.code());
        assertTrue(
                result.output().startsWith("Tracing failed syscalls, printing top 10... Ctrl+C to quit.\n"));
        assertEquals(3, result.output().lines().filter(line -> line.startsWith("SYSCALL")).count());
    }
}
