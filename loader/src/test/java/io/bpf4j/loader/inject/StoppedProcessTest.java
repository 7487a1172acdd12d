package io.bpf4j.loader.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.vm.patch.Range;
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

    @Test
    void aRangeIsIdleWhenNoThreadIsInItOrWillReturnToIt() {
        try (var victim = Victim.start(work.toString()); var tracer = new Tracer(kernel)) {
            tracer.run(() -> {
                try (var process = StoppedProcess.stop(tracer, victim.pid())) {
                    for (int thread : process.threads()) {
                        Registers registers = process.registers(thread);
                        long now = registers.instructionPointer();
                        assertFalse(process.isIdle(Range.of(now, 1)), "the first byte counts");
                        assertFalse(process.isIdle(Range.of(now - 1, 2)));
                    }
                    var program = process.maps().codeFiles().getFirst();
                    assertFalse(process.isIdle(new Range(program.start(), program.end())),
                            "main() is on a stack");
                    assertFalse(process.isIdleAnywhere(new Range(program.start(), program.end())));
                    try (var calls = process.remoteCalls()) {
                        Range code = new RemoteMappings(process, calls).mapCode(program.start(), PAGE);
                        assertTrue(process.isIdle(code));
                        assertTrue(process.isIdleAnywhere(code));
                        new RemoteMappings(process, calls).unmap(code);
                    }
                }
            });
            String words = victim.finish();
            assertTrue(words.startsWith("right "), words);
        }
    }

    @Test
    void theKernelSaysWhereTheCLibraryHasItsSequenceArea() {
        try (var victim = Victim.start(work.toString()); var tracer = new Tracer(kernel)) {
            tracer.run(() -> {
                try (var process = StoppedProcess.stop(tracer, victim.pid())) {
                    long distance = tracer.trace().restartableSequenceArea(victim.pid())
                            - process.registers(victim.pid()).fsBase();
                    assumeTrue(Math.abs(distance) < PAGE, "this C library has none");
                    for (int thread : process.threads()) {
                        assertEquals(distance, tracer.trace().restartableSequenceArea(thread)
                                - process.registers(thread).fsBase(), "the same in each thread's block");
                    }
                }
            });
        }
    }

    @Test
    void aProcessWhoseTracerEndsWithoutAWordGoesOn() {
        try (var victim = Victim.start(work.toString())) {
            try (var tracer = new Tracer(kernel)) {
                tracer.run(() -> assertEquals(8, StoppedProcess.stop(tracer, victim.pid()).threads().size()));
            }
            String words = victim.finish();
            assertTrue(words.startsWith("right "), words);
        }
    }

    @Test
    void aRehearsalLeavesNothingBehind() {
        try (var tracer = new Tracer(kernel)) {
            long before = ProcessHandle.current().children().count();
            assertTrue(Rehearsal.run(tracer));
            assertTrue(ProcessHandle.current().children().count() <= before + 1,
                    "the shell may take its time to end");
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
