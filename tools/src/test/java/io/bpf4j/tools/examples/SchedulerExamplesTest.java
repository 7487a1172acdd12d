package io.bpf4j.tools.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    void profileSamplesTheStacksOfWhoRuns() throws Exception {
        List<String> lines;
        try (ToolRun run = ToolRun.start(folder, "profile", "--", spinner().toString())) {
            lines = run.finish();
        }
        assertEquals("samples:", lines.getFirst());
        Pattern counted = Pattern.compile("  pid = \\d+, comm = spinner: (\\d+)");
        List<String> frames = new ArrayList<>();
        long inWork = 0;
        long all = 0;
        for (String line : lines) {
            Matcher match = counted.matcher(line);
            if (!match.matches()) {
                frames.add(line.strip().replaceAll("[+ ].*", ""));
                continue;
            }
            long samples = Long.parseLong(match.group(1));
            all += samples;
            int spin = frames.indexOf("spin");
            inWork += spin >= 0 && frames.subList(spin, frames.size()).containsAll(List.of("work", "main"))
                    ? samples
                    : 0;
            frames.clear();
        }
        // A second, 99 times; timers of a virtual machine that is short of processors come late.
        assertTrue(all >= 30 && all <= 150, lines::toString);
        assertTrue(inWork * 10 >= all * 8, lines::toString);
    }

    /** Builds a program that works for a second, nearly all of it in one function. */
    private Path spinner() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "gcc is not installed");
        Path source = Files.writeString(folder.resolve("spinner.c"), """
                #include <time.h>
                volatile long sum;
                void spin(void) { for (int i = 0; i < 1000000; i++) sum += i; }
                void work(void) { while (clock() < CLOCKS_PER_SEC) spin(); }
                int main(void) { work(); return 0; }
                """);
        Path program = folder.resolve("spinner");
        assertEquals(0, new ProcessBuilder("gcc", "-O0", "-fno-omit-frame-pointer", "-o", program.toString(),
                source.toString()).inheritIO().start().waitFor());
        return program;
    }
}
