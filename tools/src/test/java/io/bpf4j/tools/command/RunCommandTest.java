package io.bpf4j.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.tools.command.ToolProcess.Result;
import io.bpf4j.tools.common.ToolCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that reach the kernel, as processes of their own: how they end, and that nothing is left. */
class RunCommandTest {
    private static final String COUNTS = """
            map hash<u32, u64> left_over(64);
            probe uprobe:c:getpid {
                left_over[pid()]++;
            }
            probe begin { left_over[0] = 1; }
            """;
    private static final String CALLS_GETSID = "import os\nfor i in range(7): os.getsid(0)\n";

    @TempDir
    private Path directory;

    @BeforeAll
    static void needsTheKernel() {
        var support = new KernelFeatures(LinuxKernel.instance()).support(Feature.BPF_CALL);
        assumeTrue(support.available(), support.explanation());
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private String counts() throws IOException {
        return file("counts.probe", COUNTS);
    }

    private static Process sleeper() throws IOException {
        return new ProcessBuilder("sleep", "1000").start();
    }

    /** Runs a probe that must fail, on a command that must not outlive it. */
    private Result fails(int code, String name, String source) throws Exception {
        Result result = ToolProcess.run("run", file(name, source), "--", "sleep", "1234.5");
        assertEquals(code, result.code(), result.errors());
        assertEquals("", result.output());
        assertTrue(ProcessHandle.allProcesses().noneMatch(process -> process.info().arguments()
                .filter(arguments -> List.of(arguments).contains("1234.5")).isPresent()),
                "the command still runs");
        return result;
    }

    @Test
    void aCommandThatEndsEndsTheRun() throws Exception {
        Result result = ToolProcess.run("run", file("calls.probe", """
                map hash<u32, u64> calls(64);
                probe uprobe:c:getsid { calls[1]++; }
                """), "--", "python3", "-c", CALLS_GETSID);
        assertEquals(0, result.code(), result.errors());
        assertTrue(result.errors().startsWith("kernel mode: "), result.errors());
        assertTrue(result.output().matches("(?s)calls:.*\\b1\\s+7\\b.*"), result.output());
    }

    @Test
    void aProcessThatEndsWhileTracedEndsTheRun() throws Exception {
        Process process = sleeper();
        try (ToolProcess tool = ToolProcess.start("run", counts(), "-p", Long.toString(process.pid()))) {
            tool.awaitAttached();
            process.destroyForcibly();
            Result result = tool.await();
            assertEquals(0, result.code(), result.errors());
            assertTrue(result.output().contains("left_over"), result.output());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void signalsEndTheRunWithItsSummary() throws Exception {
        for (String signal : List.of("INT", "TERM")) {
            try (ToolProcess tool = ToolProcess.start("run", counts())) {
                tool.awaitAttached();
                tool.signal(signal);
                Result result = tool.await();
                assertEquals(0, result.code(), result.errors());
                assertTrue(result.output().contains("left_over"), result.output());
            }
        }
    }

    @Test
    void aKilledToolLeavesNothingInTheKernel() throws Exception {
        assumeTrue(KernelObjects.available(), "bpftool is not here");
        try (ToolProcess tool = ToolProcess.start("run", counts())) {
            tool.awaitAttached();
            Set<String> objects = KernelObjects.of(tool.pid());
            for (String kind : List.of("prog_id", "map_id", "link_id")) {
                assertTrue(objects.stream().anyMatch(object -> object.startsWith(kind)), objects.toString());
            }
            for (String object : objects) {
                assertTrue(KernelObjects.exists(object), object);
            }
            tool.signal("KILL");
            assertEquals(137, tool.await().code());
            KernelObjects.awaitGone(objects);
        }
    }

    @Test
    void bpftoolShowsOurNamesTypesAndSourceLines() throws Exception {
        assumeTrue(KernelObjects.available(), "bpftool is not here");
        try (ToolProcess tool = ToolProcess.start("run", counts())) {
            tool.awaitAttached();
            List<String> shown = new ArrayList<>();
            for (String object : KernelObjects.of(tool.pid())) {
                String id = object.split(" ")[1];
                if (object.startsWith("prog_id")) {
                    String program = KernelObjects.bpftool("prog", "show", "id", id);
                    assertTrue(program.contains("btf_id"), program);
                    shown.add(program);
                    shown.add(KernelObjects.bpftool("prog", "dump", "xlated", "id", id, "linum"));
                } else if (object.startsWith("map_id")) {
                    shown.add(KernelObjects.bpftool("map", "show", "id", id));
                    shown.add(KernelObjects.bpftool("map", "dump", "id", id));
                }
            }
            String all = String.join("\n", shown);
            assertTrue(all.contains("name getpid"), all);
            assertTrue(all.contains("name left_over"), all);
            assertTrue(all.contains("; left_over[pid()]++; [file:") && all.contains("line_num:3"), all);
        }
    }

    @Test
    void aLoopThatTheKernelRefusesIsExplainedAtItsLine() throws Exception {
        Result result = fails(1, "loop.probe", """
                map hash<u32, u64> left_over(64);
                probe uprobe:c:getpid(u64 n) {
                    u64 sum = 0;
                    for (u64 i = 0; i < n; i++) {
                        sum += i * 3 ^ sum;
                    }
                    left_over[1] = sum;
                }
                """);
        assertTrue(
                result.errors().matches("(?s)bpf4j: \\S+loop\\.probe:[45]:\\d+: the kernel rejects .*loop.*"
                        + "hint: bound the loop.*"),
                result.errors());
    }

    @Test
    void aMapThatIsTooLargeIsNamed() throws Exception {
        Result result = fails(1, "map.probe", """
                struct page { u64 words[512]; };
                map array<page> huge(2000000000);
                probe uprobe:c:getpid { page *p = huge.lookup(0); if (p) p->words[0] = 1; }
                """);
        assertTrue(result.errors().contains("cannot make map huge"), result.errors());
        assertTrue(result.errors().contains("hint: make it smaller"), result.errors());
    }

    @Test
    void verboseShowsTheVerifiersLogAndThePlaces() throws Exception {
        String wild = file("wild.probe", """
                map hash<u32, u64> left_over(64);
                probe uprobe:c:getpid {
                    u64 *p = left_over.lookup(1);
                    *p = 5;
                }
                """);
        Result quiet = ToolProcess.run("run", wild, "-d", "10ms");
        assertEquals(1, quiet.code(), quiet.errors());
        assertTrue(quiet.errors().contains("wild.probe:4:"), quiet.errors());
        assertFalse(quiet.errors().contains("processed "), quiet.errors());
        assertTrue(ToolProcess.run("run", wild, "-v").errors().contains("processed "));
        Result places = ToolProcess.run("run", counts(), "-v", "-d", "10ms");
        assertEquals(0, places.code(), places.errors());
        assertTrue(places.errors().contains("attached uprobe:c:getpid at /"), places.errors());
    }

    @Test
    void verboseShowsBothEndsOfAVeryLongLog() throws Exception {
        Result result = ToolProcess.run("run", file("long.probe", """
                u64 sum;
                probe uprobe:c:getpid(u64 n) {
                    for (u64 i = 0; i < n; i++) sum += i * 3 ^ sum;
                }
                """), "-v");
        assertEquals(1, result.code(), () -> result.errors().substring(0, 2000));
        Matcher missing = Pattern
                .compile("\\n\\.\\.\\. (\\d+) bytes of the log are left out here \\.\\.\\.\\n")
                .matcher(result.errors());
        assertTrue(missing.find(), () -> "a log of " + result.errors().length());
        assertTrue(Long.parseLong(missing.group(1)) > 14 << 20, missing.group());
        assertTrue(result.errors().lastIndexOf("\n0: (", missing.start()) > 0,
                "the first instruction is shown");
        assertTrue(result.errors().indexOf("\nprocessed ", missing.end()) > 0, "the last line is shown");
    }

    @Test
    void missingSymbolsAreThreeAndStrippedFilesSaidToBe() throws Exception {
        assertTrue(fails(3, "symbol.probe", "probe uprobe:c:no_such_function { printf(\"x\"); }")
                .errors().contains("has no symbol no_such_function"));
        Path program = directory.resolve("program");
        Path source = Files.writeString(directory.resolve("program.c"),
                "int hidden(int x) { return x + 1; }\nint main(void) { return hidden(3); }\n");
        try {
            Process compiler = new ProcessBuilder("cc", "-s", "-o", program.toString(), source.toString())
                    .start();
            assumeTrue(compiler.waitFor() == 0, "cc does not work here");
        } catch (IOException e) {
            assumeTrue(false, "no C compiler here");
        }
        Result result = fails(3, "stripped.probe", "probe uprobe:" + program + ":hidden { printf(\"x\"); }");
        assertTrue(result.errors().contains("no symbol hidden (it is stripped)"), result.errors());
    }

    /** Copies this class path to where every user may read it. */
    private String readableClassPath() throws IOException, InterruptedException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            String copy = directory.resolve(copies.size() + (entry.endsWith(".jar") ? ".jar" : ""))
                    .toString();
            if (new ProcessBuilder("sh", "-c", "cp -r \"$1\" \"$2\" && chmod -R go+rX \"$2\"", "sh", entry,
                    copy)
                    .start().waitFor() == 0) {
                copies.add(copy);
            }
        }
        return String.join(File.pathSeparator, copies);
    }

    /** A command line that runs the tool as a user without any rights. */
    private List<String> asNobody(String... arguments) throws IOException, InterruptedException {
        assumeFalse(ToolCommand.launched(),
                "other users may not be allowed to read the jar where it was built");
        List<String> command = new ArrayList<>(List.of("setpriv", "--reuid", "65534", "--regid", "65534",
                "--clear-groups"));
        command.addAll(ToolProcess.command(arguments));
        command.set(command.indexOf("-cp") + 1, readableClassPath());
        return command;
    }

    @Test
    void aFileThatMayNotBeReadIsFour() throws Exception {
        String probe = counts();
        Files.setPosixFilePermissions(Path.of(probe), PosixFilePermissions.fromString("rw-------"));
        for (String command : List.of("run", "compile", "disasm")) {
            try (ToolProcess tool = ToolProcess.startCommand(asNobody(command, probe))) {
                Result result = tool.await();
                assertEquals(4, result.code(), result.errors());
                assertEquals("", result.output());
                assertTrue(result.isOneLine(), result.errors());
                assertTrue(result.errors().startsWith("bpf4j: " + probe + " is not readable for this user"),
                        result.errors());
            }
        }
    }

    @Test
    void otherUsersAreToldWhatIsMissing() throws Exception {
        String probe = counts();
        Files.setPosixFilePermissions(Path.of(probe), PosixFilePermissions.fromString("rw-r--r--"));
        try (ToolProcess tool = ToolProcess.startCommand(asNobody("run", probe))) {
            Result result = tool.await();
            assertEquals(4, result.code(), result.errors());
            assertTrue(result.isOneLine(), result.errors());
            assertTrue(result.errors().contains("needs root or CAP_BPF + CAP_PERFMON"), result.errors());
        }
    }

    @Test
    void aClosedPipeEndsTheRunQuietly() throws Exception {
        String events = file("events.probe", "probe interval:ms:5 { printf(\"tick\\n\"); }");
        List<String> shell = new ArrayList<>(List.of("bash", "-c",
                "\"$@\" | head -1; exit ${PIPESTATUS[0]}", "bash"));
        shell.addAll(ToolProcess.command("run", events));
        try (ToolProcess tool = ToolProcess.startCommand(shell)) {
            Result result = tool.await();
            assertEquals("tick\n", result.output());
            assertEquals(0, result.code(), result.errors());
            assertTrue(result.isOneLine(), result.errors());
        }
    }

    @Test
    void aFullDiskEndsTheRun() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "this machine has no /dev/full");
        Result result = ToolProcess.run("run",
                file("events.probe", "probe interval:ms:5 { printf(\"tick\\n\"); }"), "--output",
                "/dev/full");
        assertEquals(1, result.code(), result.errors());
        assertTrue(result.errors().contains("bpf4j: cannot write /dev/full: no space left on device"),
                result.errors());
    }
}
