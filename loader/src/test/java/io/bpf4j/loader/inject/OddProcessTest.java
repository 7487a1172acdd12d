package io.bpf4j.loader.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.elf.BinarySamples;
import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.proc.ProcessInfo;
import io.bpf4j.loader.proc.ThreadInfo;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.vm.patch.Range;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Targets that are not as usual: filtered, stopped, without a first thread, of another user, not to be had at all. */
@Timeout(120)
class OddProcessTest {
    private static final int PAGE = 4096;
    private static final int SIGKILL = 9;
    private static final int SIGSTOP = 19;
    private static final int SIGCONT = 18;

    @TempDir
    private static Path folder;
    private static Path odd;

    private final Kernel kernel = LinuxKernel.instance();

    @BeforeAll
    static void compile() throws IOException {
        odd = Victim.compile(folder, "odd", "-O1", "-pthread");
        folder.toFile().setExecutable(true, false);
        folder.toFile().setReadable(true, false);
    }

    /** Stops a process, lets it make calls, shares memory with it, and lets it go. */
    private void work(int pid) {
        try (var tracer = new Tracer(kernel)) {
            tracer.run(() -> work(tracer, pid));
        }
    }

    private void work(Tracer tracer, int pid) {
        try (var shared = SharedMemory.create(kernel, "bpf4j-test", PAGE);
                var process = StoppedProcess.stop(tracer, pid);
                var calls = process.remoteCalls()) {
            assertEquals(process.info().namespacePid(), calls.call(Syscall.GETPID));
            var mappings = new RemoteMappings(process, calls);
            long near = BorrowedPlaces.of(process.threads().getFirst()).code();
            Range range = mappings.mapShared(shared.file(), near, PAGE);
            process.memory().write(range.start(), new byte[]{42});
            assertEquals(42, shared.mapping().bytes().get(0));
            Range code = mappings.mapCode(range.start(), PAGE);
            mappings.unmap(code);
            mappings.unmap(range);
        }
    }

    private static void assertRightInTheEnd(Victim victim) {
        String words = victim.finish();
        assertTrue(words.startsWith("right"), words);
        assertEquals(0, victim.exitCode());
    }

    private Reason refusal(int pid) {
        return refused(pid).reason();
    }

    private InjectException refused(int pid) {
        try (var tracer = new Tracer(kernel)) {
            return assertThrows(InjectException.class,
                    () -> tracer.run(() -> StoppedProcess.stop(tracer, pid)));
        }
    }

    @Test
    void aFilterOfSystemCallsDoesNotKillForOurs() {
        assumeTrue(kernel.effectiveUser() == 0, "needs root");
        try (var victim = Victim.start(odd.toString(), "filtered")) {
            work(victim.pid());
            assertRightInTheEnd(victim);
        }
    }

    @Test
    void aStoppedProcessStaysStoppedUntilItsUserLetsItGoOn() {
        try (var victim = Victim.start(odd.toString())) {
            signal(victim.pid(), SIGSTOP);
            awaitState(victim.pid(), 'T');
            for (int i = 0; i < 3; i++) {
                work(victim.pid());
                awaitState(victim.pid(), 'T');
            }
            signal(victim.pid(), SIGCONT);
            assertRightInTheEnd(victim);
        }
    }

    @Test
    void signalsThatComeMeanwhileTakeEffectAfterwards() {
        try (var victim = Victim.start(odd.toString()); var tracer = new Tracer(kernel)) {
            tracer.run(() -> {
                try (var process = StoppedProcess.stop(tracer, victim.pid());
                        var calls = process.remoteCalls()) {
                    signal(victim.pid(), SIGSTOP);
                    assertEquals(victim.pid(), calls.call(Syscall.GETPID));
                    assertEquals(victim.pid(), calls.call(Syscall.GETPID));
                }
            });
            awaitState(victim.pid(), 'T');
            tracer.run(() -> {
                try (var process = StoppedProcess.stop(tracer, victim.pid());
                        var calls = process.remoteCalls()) {
                    assertEquals(victim.pid(), calls.call(Syscall.GETPID));
                    signal(victim.pid(), SIGCONT);
                    assertEquals(victim.pid(), calls.call(Syscall.GETPID));
                }
            });
            assertRightInTheEnd(victim);
        }
    }

    private void signal(int pid, int number) {
        assertEquals(0, kernel.call(Syscall.KILL, pid, number, 0, 0, 0, 0));
    }

    private static void awaitState(int pid, char state) {
        while (ThreadInfo.of(pid, pid).state() != state) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aProcessWhoseFirstThreadHasEndedIsAProcessStill() {
        try (var victim = Victim.start(odd.toString(), "leaderless")) {
            awaitState(victim.pid(), 'Z');
            work(victim.pid());
            assertRightInTheEnd(victim);
        }
    }

    @Test
    void threadsThatStartAndEndAllTheTimeAreAllStopped() {
        try (var victim = Victim.start(odd.toString(), "storm"); var tracer = new Tracer(kernel)) {
            for (int i = 0; i < 100; i++) {
                tracer.run(() -> {
                    try (var process = StoppedProcess.stop(tracer, victim.pid())) {
                        var states = ProcessInfo.of(victim.pid()).threads().stream()
                                .map(id -> ThreadInfo.of(victim.pid(), id)).toList();
                        assertFalse(process.threads().isEmpty());
                        assertTrue(
                                states.stream()
                                        .allMatch(thread -> thread.state() == 't' || thread.hasEnded()),
                                states::toString);
                    }
                });
            }
            work(victim.pid());
            assertRightInTheEnd(victim);
        }
    }

    @Test
    void aParentThatWaitsForItsVforkedChildIsRefusedAndUnharmed() {
        try (var victim = Victim.start(odd.toString(), "vfork"); var tracer = new Tracer(kernel)) {
            awaitState(victim.pid(), 'D');
            var failure = assertThrows(InjectException.class, () -> tracer
                    .run(() -> StoppedProcess.stop(tracer, victim.pid(), Duration.ofMillis(50))));
            assertEquals(Reason.NOT_STOPPABLE, failure.reason());
            assertTrue(failure.getMessage().contains("state D"), failure.getMessage());
            victim.tell("end");
            assertEquals("right", victim.line());
            assertEquals(0, victim.exitCode());
            assertEquals(1, tracer.call(() -> 1), "the tracer works on");
        }
    }

    @Test
    void aProcessThatIsKilledWhileItIsStoppedEndsForItsParentToo() {
        try (var victim = Victim.start(odd.toString(), "storm"); var tracer = new Tracer(kernel)) {
            tracer.run(() -> {
                var process = StoppedProcess.stop(tracer, victim.pid());
                try (process) {
                    signal(victim.pid(), SIGKILL);
                    try (var calls = process.remoteCalls()) {
                        assertThrows(InjectException.class, () -> calls.call(Syscall.GETPID));
                    } catch (InjectException e) {
                        assertEquals(Reason.NO_SUCH_PROCESS, e.reason());
                    }
                }
                assertEquals(128 + SIGKILL, victim.exitCode());
            });
        }
    }

    @Test
    void aProcessOfAnotherUserIsWorkedOnByRoot() {
        assumeTrue(kernel.effectiveUser() == 0, "needs root");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
        try (var victim = Victim.start("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                odd.toString())) {
            assertEquals(65534, ThreadInfo.of(victim.pid(), victim.pid()).uid());
            work(victim.pid());
            assertRightInTheEnd(victim);
        }
    }

    @Test
    void aProcessInItsOwnNamespacesIsWorkedOn() {
        assumeTrue(kernel.effectiveUser() == 0, "needs root");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/unshare")), "unshare is not installed");
        try (var victim = Victim.start("unshare", "--mount", "--net", "--ipc", "--uts", odd.toString())) {
            work(victim.pid());
            assertRightInTheEnd(victim);
        }
    }

    @Test
    void aStaticProgramIsWorkedOn() {
        Path program = BinarySamples.compile(folder, Victim.source("odd.c"), "odd-static", "-static",
                "-pthread");
        try (var victim = Victim.start(program.toString())) {
            work(victim.pid());
            assertRightInTheEnd(victim);
        }
    }

    @Test
    void aGoProgramIsWorkedOnAHundredTimes() throws IOException {
        Files.writeString(folder.resolve("work.go"), Victim.source("work.go"));
        BinarySamples.output(folder, "go", "build", "-o", "work-go", "work.go");
        try (var victim = Victim.start(folder.resolve("work-go").toString());
                var tracer = new Tracer(kernel)) {
            for (int i = 0; i < 100; i++) {
                tracer.run(() -> work(tracer, victim.pid()));
            }
            assertRightInTheEnd(victim);
        }
    }

    @Test
    void whatCannotBeTracedIsRefusedWithItsReason() {
        assertEquals(Reason.NO_SUCH_PROCESS, refusal(Integer.MAX_VALUE));
        assertEquals(Reason.OWN_PROCESS, refusal((int) ProcessHandle.current().pid()));
        if (kernel.effectiveUser() == 0 && ThreadInfo.of(2, 2).isKernelThread()) {
            assertEquals(Reason.KERNEL_THREAD, refusal(2));
        }
        try (var victim = Victim.start(odd.toString(), "zombie")) {
            int child = Integer.parseInt(victim.line());
            assertEquals(Reason.ZOMBIE, refusal(child));
            assertRightInTheEnd(victim);
        }
    }

    @Test
    void aProcessWithAnotherTracerIsRefusedAndThatOneNamed() {
        try (var victim = Victim.start(odd.toString())) {
            try (var other = new Tracer(kernel)) {
                other.run(() -> {
                    try (var held = StoppedProcess.stop(other, victim.pid())) {
                        var failure = refused(victim.pid());
                        assertEquals(Reason.ALREADY_TRACED, failure.reason());
                        assertTrue(
                                failure.getMessage().contains("by process " + ProcessHandle.current().pid()),
                                failure.getMessage());
                        assertFalse(held.threads().isEmpty());
                    }
                });
            }
            assertRightInTheEnd(victim);
        }
    }

    @Test
    void aChildOfThisJvmIsRefused() throws IOException {
        var child = new ProcessBuilder("sleep", "100").start();
        try {
            assertEquals(Reason.OWN_PROCESS, refusal((int) child.pid()));
        } finally {
            child.destroyForcibly();
        }
    }
}
