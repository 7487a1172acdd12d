package io.bpf4j.tools.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterruptsTest {

    private Process process;
    private BufferedReader output;

    private void start(String manner) throws IOException {
        process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                PatientTool.class.getName(), manner).start();
        output = process.inputReader(StandardCharsets.UTF_8);
        assertEquals("ready", output.readLine());
    }

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private void send(String signal) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .inheritIO().start().waitFor());
    }

    private int exitCode() throws InterruptedException {
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), "the tool did not end");
        return process.exitValue();
    }

    private List<String> errors() {
        return process.errorReader(StandardCharsets.UTF_8).lines().toList();
    }

    /** As under nohup: such a signal stays ignored in whatever is started. */
    private static boolean isIgnoredHere(String signal) throws IOException {
        int number = Map.of("HUP", 1, "INT", 2, "TERM", 15).get(signal);
        String mask = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow().substring(7).strip();
        return (Long.parseUnsignedLong(mask, 16) >>> number - 1 & 1) == 1;
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP"})
    void aSignalAsksForTheSummaryAndASuccessfulEnd(String signal) throws Exception {
        assumeFalse(isIgnoredHere(signal),
                "this process was told to ignore SIG" + signal + ", and so are its children");
        start("wait");
        send(signal);
        assertEquals("summary", output.readLine());
        assertNull(output.readLine());
        assertEquals(0, exitCode());
        assertEquals(List.of("cleaned up"), errors());
    }

    @Test
    void aSecondSignalEndsAToolThatHangs() throws Exception {
        start("hang");
        send("INT");
        assertEquals("asked", output.readLine());
        send("INT");
        assertEquals(130, exitCode());
    }

    @Test
    void aReaderThatGoesAwayEndsTheToolQuietly() throws Exception {
        start("print");
        output.close();
        assertEquals(0, exitCode());
        assertEquals(List.of("cleaned up"), errors());
    }

    @Test
    void listenersRunOnceAndLateOnesAtOnce() {
        Interrupts interrupts = new Interrupts();
        AtomicInteger runs = new AtomicInteger();
        interrupts.onRequest(runs::incrementAndGet);
        assertEquals(0, runs.get());
        interrupts.request();
        interrupts.request();
        assertEquals(1, runs.get());
        interrupts.onRequest(runs::incrementAndGet);
        assertEquals(2, runs.get());
        assertTrue(interrupts.isRequested());
    }
}
