package io.bpf4j.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.tools.command.ToolProcess.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Probes inside the process: commands from their first instruction, libraries that come late, programs that change. */
class UserModeTest {
    private static final String WORK = "probe uprobe:exe:work(int n) { printf(\"work %d\\n\", n); }";

    @TempDir
    private static Path folder;
    private static Path worker;
    private static Path plugin;

    @BeforeAll
    static void compilePrograms() throws Exception {
        worker = compile("worker", "-O1", "-ldl");
        plugin = compile("plugin", "-O1", "-shared", "-fPIC");
    }

    private static Path compile(String name, String... flags) throws Exception {
        Path source = folder.resolve(name + ".c");
        try (InputStream text = UserModeTest.class.getResourceAsStream(name + ".c")) {
            Files.write(source, text.readAllBytes());
        }
        Path program = folder.resolve(name + String.join("", flags));
        List<String> command = new ArrayList<>(List.of("gcc", source.toString(), "-o", program.toString()));
        command.addAll(List.of(flags));
        try {
            Process compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(compiler.getInputStream().readAllBytes());
            assumeTrue(compiler.waitFor() == 0, said);
        } catch (IOException e) {
            assumeTrue(false, "no gcc: " + e.getMessage());
        }
        return program;
    }

    private static String probe(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "user", ".probe"), "license \"GPL\";\n" + text)
                .toString();
    }

    private static Result trace(String probe, String... command) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("run", "--mode", "user", "-v", probe(probe), "--"));
        arguments.addAll(List.of(command));
        return ToolProcess.run(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-pie", "-no-pie", "-static", "-static-pie"})
    void aCommandIsTracedFromItsFirstCall(String kind) throws Exception {
        Path program = compile("worker", "-O1", "-w", kind, "-fPIE");
        Result result = trace(WORK, program.toString(), "2");
        assertEquals(0, result.code(), result.errors());
        assertEquals("work 0\nwork 1\nwork 2\nwork 10\nwork 11\nwork 12\n", result.output());
        assertTrue(result.errors().contains("user mode: 1 site attached; Ctrl-C ends"), result.errors());
        assertTrue(result.errors().contains("stood still for "), result.errors());
    }

    @Test
    void aScriptIsTracedInWhatItsFirstLineNames() throws Exception {
        Path script = Files.writeString(folder.resolve("script"),
                "#!/usr/bin/env -S " + worker + " 1 /nowhere\n");
        assertTrue(script.toFile().setExecutable(true));
        Result result = trace(WORK, script.toString());
        assertEquals("work 0\nwork 1\nwork 2\n", result.output().replace("no library\n", ""),
                result.errors());
    }

    @Test
    void aCommandThatCannotBeExecutedIsNamed() throws Exception {
        Path broken = folder.resolve("broken");
        Files.write(broken, new byte[]{0x7f, 'E', 'L', 'F', 0, 0, 0, 0});
        assertTrue(broken.toFile().setExecutable(true));
        Result result = trace(WORK, broken.toString());
        assertEquals(3, result.code(), result.errors());
        assertTrue(result.errors().contains("cannot start " + broken), result.errors());
    }

    @Test
    void aLibraryIsProbedEachTimeThatItIsLoaded() throws Exception {
        Result result = trace("probe uprobe:\"" + plugin + "\":plug(int n) { printf(\"plug %d\\n\", n); }",
                worker.toString(), "3", plugin.toString());
        assertEquals(0, result.code(), result.errors());
        assertEquals("plug 0\nplug 1\nplug 2\n", result.output(), result.errors());
        assertTrue(result.errors().contains("0 sites attached, 1 waits for code to be loaded"),
                result.errors());
    }

    @Test
    void aCommandThatBecomesAnotherProgramIsFollowed() throws Exception {
        Result result = trace(WORK, worker.toString(), "2", "exec");
        assertEquals(0, result.code(), result.errors());
        assertEquals("work 20\nwork 21\nwork 22\nwork 10\nwork 11\nwork 12\nwork 0\nwork 1\nwork 2\n",
                result.output(), result.errors());
        assertTrue(result.errors().contains("has become another program"), result.errors());
    }

    @Test
    void theCounterOfAMarkerIsUpWhileItIsProbed() throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "\"$1\"; exit $?", "sh",
                compile("marker", "-O1").toString())
                .start();
        try (BufferedReader output = shell.inputReader()) {
            assertEquals("ready", output.readLine());
            assertEquals("counter 0", ask(shell, output));
            String pid = Long.toString(shell.children().findFirst().orElseThrow().pid());
            try (ToolProcess tool = ToolProcess.start("run", "--mode", "user", "-p", pid,
                    probe("probe usdt:exe:demo:tick { printf(\"tick\\n\"); }"))) {
                tool.awaitAttached();
                assertEquals("counter 1", ask(shell, output));
                tool.signal("TERM");
                Result result = tool.await();
                assertEquals("tick\n", result.output(), result.errors());
            }
            assertEquals("counter 0", ask(shell, output));
        } finally {
            shell.getOutputStream().close();
            assertTrue(shell.waitFor(10, TimeUnit.SECONDS));
        }
    }

    private static String ask(Process process, BufferedReader output) throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        return output.readLine();
    }

    @Test
    void probesTellsHowUserModeCanHook() throws Exception {
        Process sleeper = new ProcessBuilder("sleep", "1000").start();
        try {
            String pid = Long.toString(sleeper.pid());
            Result text = ToolProcess.run("probes", "-p", pid, "--user", "malloc");
            assertEquals(0, text.code(), text.errors());
            assertTrue(
                    text.output().lines().anyMatch(line -> line.matches("uprobe:.*/libc\\S*:malloc  jump")),
                    text.output());
            Result json = ToolProcess.run("probes", "-p", pid, "--user", "--format", "json", "printf");
            assertTrue(json.output().contains("\"user\":\"jump\",\"return\":false,\"return_reason\":\"it has "
                    + "arguments on the stack"), json.output());
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void probesNeedsAProcessToAskAboutUserMode() throws Exception {
        assertEquals(2, ToolProcess.run("probes", "--user").code());
    }
}
