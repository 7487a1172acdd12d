package io.bpf4j.loader.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.elf.BinarySamples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who a process is, against {@code ps} and what the JDK knows of its children. */
class ProcessInfoTest {

    private final int self = (int) ProcessHandle.current().pid();

    @Test
    void childIsDescribedAsPsDescribesIt() throws Exception {
        try (var child = ChildProcess.start("sleep", "1000")) {
            ProcessInfo info = ProcessInfo.of(child.pid());
            String[] ps = BinarySamples
                    .output("ps", "-o", "ppid=,ruid=,comm=", "-p", Integer.toString(child.pid()))
                    .get(0).strip().split("\\s+");
            assertEquals(List.of(ps), List.of(Integer.toString(info.parent()), Integer.toString(info.uid()),
                    info.comm()));
            assertEquals(child.process().info().command(), info.executable());
            assertEquals(child.pid(), info.namespacePid());
            assertEquals(List.of(child.pid()), info.threads());
            assertTrue(ProcessInfo.of(self).children().contains(child.pid()));
            assertTrue(ProcessInfo.all().contains(info));
            assertTrue(info.isAlive());
        }
    }

    @Test
    void threadsAreThoseOfTheTaskFolder() throws Exception {
        List<Integer> threads = ProcessInfo.of(self).threads();
        assertTrue(threads.contains(self));
        assertTrue(threads.size() > 1);
    }

    @Test
    void threadIsNotTakenForAProcess() {
        int thread = ProcessInfo.of(self).threads().stream().filter(id -> id != self).findFirst()
                .orElseThrow();
        NoSuchProcessException refusal = assertThrows(NoSuchProcessException.class,
                () -> ProcessInfo.of(thread));
        assertEquals("%d is not a process but a thread of process %d".formatted(thread, self),
                refusal.getMessage());
    }

    @Test
    void unknownPidIsNamed() {
        int none = 0x7ffffff0;
        NoSuchProcessException refusal = assertThrows(NoSuchProcessException.class,
                () -> MemoryMaps.of(none));
        assertEquals(none, refusal.pid());
        assertEquals("no process with pid " + none, refusal.getMessage());
        assertThrows(NoSuchProcessException.class, () -> ProcessInfo.of(none));
        assertThrows(NoSuchProcessException.class, () -> FileSystemRoot.of(none));
        assertThrows(NoSuchProcessException.class, () -> ProcessWatch.of(none));
        assertThrows(NoSuchProcessException.class, () -> LibraryFinder.of(none));
    }

    @Test
    void kernelThreadHasNoExecutable() {
        Optional<ProcessInfo> kernelThread = ProcessInfo.all().stream()
                .filter(info -> info.comm().equals("kthreadd"))
                .findFirst();
        assumeTrue(kernelThread.isPresent(), "kernel threads are not visible here");
        assertEquals(Optional.empty(), kernelThread.get().executable());
        assertEquals(List.of(), MemoryMaps.of(kernelThread.get().pid()).mappings());
    }

    @Test
    void exitIsNoticedEvenBeforeTheParentHasWaited() throws Exception {
        try (var shell = ChildProcess.startAndAwaitLine("sh", "-c",
                "sleep 1000 & echo $!; exec sleep 1000")) {
            int orphan = ProcessInfo.of(shell.pid()).children().get(0);
            var watch = ProcessWatch.of(orphan);
            assertTrue(watch.isAlive());
            ProcessHandle.of(orphan).orElseThrow().destroyForcibly();
            while (ProcessStat.of(orphan).state() != 'Z') {
                Thread.onSpinWait();
            }
            assertFalse(watch.isAlive());
            assertEquals("process %d has exited".formatted(orphan),
                    assertThrows(NoSuchProcessException.class, () -> ProcessWatch.of(orphan)).getMessage());
        }
    }

    @Test
    void reusedPidIsAnotherProcess() throws Exception {
        try (var child = ChildProcess.start("sleep", "1000")) {
            var watch = ProcessWatch.of(child.pid());
            assertFalse(new ProcessWatch(watch.pid(), watch.startTicks() - 1).isAlive());
        }
    }

    @Test
    void nameOfAProcessMayHoldParenthesesAndSpaces() {
        ProcessStat stat = ProcessStat
                .parse("7 (a) b (c)) S 5 7 7 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0");
        assertEquals(new ProcessStat("a) b (c)", 'S', 5, 4711), stat);
    }

    @Test
    void processOfAnotherUserIsToldFromNone() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
        assumeTrue(ProcessInfo.of(self).uid() == 0, "needs root to become another user");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try (var child = ChildProcess.start("sleep", "1000")) {
            List<String> output = BinarySamples.output("setpriv", "--reuid=65534", "--regid=65534",
                    "--clear-groups",
                    "--inh-caps=-all", java, "-cp", System.getProperty("java.class.path"),
                    Main.class.getName(),
                    Integer.toString(child.pid()));
            assertEquals(List.of("no permission to read maps of process %d; run as its user, or as root"
                    .formatted(child.pid()), "sleep"), output);
        }
    }

    /** Looks at a process that belongs to somebody else. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            int pid = Integer.parseInt(arguments[0]);
            try {
                MemoryMaps.of(pid);
            } catch (ProcessAccessException e) {
                System.out.println(e.getMessage());
            }
            System.out.println(ProcessInfo.of(pid).comm());
        }
    }
}
