package io.bpf4j.loader.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.sys.Syscall;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoppedProcessTest {
    private static final int PAGE = 4096;

    @TempDir
    private static Path folder;
    private static Path work;

    private final Kernel kernel = LinuxKernel.instance();

    @BeforeAll
    static void compile() {
        work = Victim.compile(folder, "work", "-O2", "-pthread");
    }

    @Test
    void aBusyProcessIsRightAfterTwoHundredCycles() {
        int cycles = 200;
        long[] nanos = new long[cycles];
        try (var victim = Victim.start(work.toString()); var tracer = new Tracer(kernel)) {
            tracer.run(() -> {
                for (int i = 0; i < cycles; i++) {
                    nanos[i] = cycle(tracer, victim.pid());
                }
            });
            String words = victim.finish();
            assertTrue(words.startsWith("right "), words);
            Arrays.sort(nanos);
            System.out.printf("stopped for %d us at best, %d median, %d at most; %s%n", nanos[0] / 1000,
                    nanos[cycles / 2] / 1000, nanos[cycles - 1] / 1000, words);
        }
    }

    private static long cycle(Tracer tracer, int pid) {
        var process = StoppedProcess.stop(tracer, pid);
        try (process; var calls = process.remoteCalls()) {
            assertEquals(8, process.threads().size());
            assertEquals(pid, calls.call(Syscall.GETPID));
            var mappings = new RemoteMappings(process, calls);
            Range data = mappings.mapData(3 * PAGE);
            process.memory().write(data.start() + 5, new byte[]{1, 2, 3});
            mappings.unmap(data);
        }
        return process.stoppedNanos();
    }
}
