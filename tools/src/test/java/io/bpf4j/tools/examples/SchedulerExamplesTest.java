package io.bpf4j.tools.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples that watch who gets a processor. */
class SchedulerExamplesTest {

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsTheKernel() {
        ToolRun.assumeItCanRun();
    }

    @Test
    void runqlatMeasuresEveryWaitForAProcessor() throws Exception {
        List<String> lines = ToolRun.python(folder, "runqlat", """
                import time
                def switches():
                    status = open("/proc/self/status").read().split("ctxt_switches:")
                    return int(status[1].split()[0]) + int(status[2].split()[0])
                before = switches()
                for i in range(100): time.sleep(0.001)
                open("%s", "w").write(str(switches() - before))
                """.formatted(folder.resolve("switches")));
        long switches = Long.parseLong(Files.readString(folder.resolve("switches")));
        long waits = Lines.histogram(lines, "microseconds").values().stream().mapToLong(Long::longValue)
                .sum();
        assertTrue(switches >= 100 && waits >= switches, () -> waits + " waits, " + switches + " switches");
    }

    @Test
    void profileSamplesWhoRunsInProportionToTheTimeItGets() throws Exception {
        List<String> lines = ToolRun.python(folder, "profile", """
                import os, time
                while time.process_time() < 1: pass
                open("%s", "w").write(str(os.getpid()))
                """.formatted(folder.resolve("pid")));
        assertEquals("samples:", lines.getFirst());
        String pid = Files.readString(folder.resolve("pid"));
        long samples = lines.stream().map(line -> line.strip().split(" +"))
                .filter(row -> row.length == 3 && row[0].equals(pid) && row[1].equals("python3"))
                .mapToLong(row -> Long.parseLong(row[2])).sum();
        // 99 a second; timers of a virtual machine that is short of processors come late.
        assertTrue(samples >= 30 && samples <= 150, lines::toString);
    }
}
