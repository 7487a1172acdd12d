package io.bpf4j.tools.syscount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.bpf4j.tools.common.CommandRunner;
import io.bpf4j.tools.common.Output;
import io.bpf4j.vm.abi.SystemCalls;

/** What is wrong is said in one line, with an exit code that scripts can tell apart. */
class MistakesTest {
    /** No process has this id: /proc/sys/kernel/pid_max is at most 4194304. */
    private static final String NOBODY = "4194305";

    @TempDir
    private static Path directory;

    private static void assertRefused(int code, String message, String... arguments) {
        StringWriter errors = new StringWriter();
        CommandRunner runner = new CommandRunner(new SysCount(), Map.of());
        runner.commandLine().setErr(new PrintWriter(errors));
        int actual = runner.run(arguments);
        assertEquals(code, actual, errors.toString());
        String first = errors.toString().lines().findFirst().orElse("");
        assertTrue(first.startsWith("jsyscount: ") && errors.toString().contains(message), errors.toString());
        assertTrue(errors.toString().lines().count() <= 2, errors.toString());
    }

    @Test
    void wrongCommandLinesGiveTwo() {
        assertRefused(2, "'ENOTANERROR' is not the name of an error", "-e", "ENOTANERROR");
        assertRefused(2, "did you mean ENOENT", "-e", "enoet");
        assertRefused(2, "they go from 1 to 4095", "-e", "5000");
        assertRefused(2, "did you mean openat?", "--syscall", "opnat");
        assertRefused(2, "name them with -p PID", "--mode", "user");
        assertRefused(2, "number of lines", "-T", "0");
        assertRefused(2, "'soon' is not a time", "-i", "soon");
        assertRefused(2, "-c and --ppid say the same", "-c", "1", "--ppid", "1");
        assertRefused(2, "did you mean", "--failure");
        assertRefused(2, "-t chooses a thread", "-t", "1", "--", "true");
    }

    @Test
    void whatIsNotThereGivesThree() throws IOException {
        Tool.assumeThatItCanRun();
        assertRefused(3, "there is no process " + NOBODY, "-p", NOBODY);
        assertRefused(3, "there is no thread " + NOBODY, "-t", NOBODY);
        assertRefused(3, "there is no process " + NOBODY, "-c", NOBODY);
        assertRefused(3, "there is no control group /nowhere", "-c", "/nowhere", "-d", "1");
        assertRefused(2, "is not a control group of version 2", "--cgroup", directory.toString(), "-d", "1");
        assertRefused(3, "there is no program no-such-program", "--exec", "no-such-program", "-x");
    }

    @Test
    void withoutPermissionItGivesFour() throws Exception {
        Tool.assumeThatItCanRun();
        assumeTrue(Files.exists(Path.of("/usr/bin/setpriv")), "needs setpriv");
        List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"));
        command.addAll(Tool.command());
        try (Tool tool = Tool.start(command)) {
            Tool.Result result = tool.finish();
            assertEquals(4, result.code(), result.errors());
            assertTrue(result.errors().startsWith("jsyscount: cannot load programs"), result.errors());
            assertEquals("", result.output());
        }
    }

    @Test
    void theListHasEveryNameFourInARow() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        SystemCalls table = SystemCalls.of("x86_64");
        try (Output output = Output.to(bytes)) {
            TextReport.list(output, table);
        }
        List<String> lines = bytes.toString().lines().toList();
        assertEquals(
                "_sysctl                  accept                   accept4                  access                ",
                lines.getFirst());
        assertEquals((table.all().size() + 3) / 4, lines.size());
    }

    @Test
    void theProbeIsPrinted() throws Exception {
        Path file = directory.resolve("probe");
        assertEquals(0,
                new CommandRunner(new SysCount(), Map.of()).run("--ebpf", "--output", file.toString()));
        assertEquals(SysCount.PROBE.source().text(), Files.readString(file));
    }

    @Test
    void errorNamesAreTheCLibrarys() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/python3")), "needs python3");
        Process python = new ProcessBuilder("/usr/bin/python3", "-c",
                "import errno\nfor n in dir(errno):\n if n[0] == 'E': print(n, getattr(errno, n))").start();
        List<String> lines = python.inputReader().lines().toList();
        assertTrue(lines.size() > 100);
        for (String line : lines) {
            String[] words = line.split(" ");
            assertEquals(Integer.parseInt(words[1]), new ErrorNumber().convert(words[0]), words[0]);
        }
    }
}
