package io.bpf4j.loader.inject;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.elf.BinarySamples;
import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.proc.ProcessInfo;
import io.bpf4j.loader.proc.ThreadInfo;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.vm.patch.Range;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class RemoteCallsTest {
    private static final int PAGE = 4096;

    @TempDir
    private static Path folder;
    private static Path idle;

    private final Kernel kernel = LinuxKernel.instance();

    @BeforeAll
    static void compile() {
        idle = Victim.compile(folder, "idle", "-O2");
    }

    /** Waits until the first thread sleeps in a system call, which a program that says ready does soon. */
    private static void awaitSleep(int pid) {
        while (ThreadInfo.of(pid, pid).state() != 'S') {
            Thread.onSpinWait();
        }
    }

    private static byte[] pageOfEntry(StoppedProcess process) {
        return process.memory().read(BorrowedPlaces.of(process.pid()).code() & -PAGE, PAGE);
    }

    private void callSomething(Tracer tracer, int pid) {
        tracer.run(() -> {
            try (var process = StoppedProcess.stop(tracer, pid)) {
                byte[] before = pageOfEntry(process);
                Registers registers = process.registers(pid);
                try (var calls = process.remoteCalls()) {
                    for (int i = 0; i < 3; i++) {
                        assertEquals(pid, calls.call(Syscall.GETPID));
                    }
                    assertEquals(-9, calls.call(Syscall.CLOSE, -1));
                }
                assertArrayEquals(before, pageOfEntry(process));
                assertArrayEquals(registers.bytes(), process.registers(pid).bytes());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "registers", "poll", "ppoll", "epoll", "sleep", "futex"})
    void aBlockedSystemCallEndsAsIfNothingHadBeen(String how) {
        try (var victim = Victim.start(idle.toString(), how); var tracer = new Tracer(kernel)) {
            awaitSleep(victim.pid());
            for (int i = 0; i < 5; i++) {
                callSomething(tracer, victim.pid());
            }
            boolean timed = how.equals("sleep") || how.equals("futex");
            String expected = how + " gave " + (how.startsWith("re") ? 4 : timed ? 0 : 1);
            assertEquals(expected, timed ? victim.line() : victim.finish());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "registers", "poll", "ppoll", "epoll", "sleep", "futex", "spin"})
    void aTracerThatDiesInTheMiddleLeavesTheThreadAsItWas(String how) throws InterruptedException {
        try (var victim = Victim.start(idle.toString(), how)) {
            if (!how.equals("spin")) {
                awaitSleep(victim.pid());
            }
            try (var tracer = new Tracer(kernel)) {
                tracer.run(() -> {
                    var calls = StoppedProcess.stop(tracer, victim.pid()).remoteCalls();
                    assertEquals(victim.pid(), calls.call(Syscall.GETPID));
                    assertEquals(victim.pid(), calls.call(Syscall.GETPID));
                });
            }
            boolean timed = how.equals("sleep") || how.equals("futex");
            String expected = how + " gave "
                    + (how.startsWith("re") ? 4 : timed || how.equals("spin") ? 0 : 1);
            assertEquals(expected, timed ? victim.line() : victim.finish());
        }
    }

    @Test
    void aThreadInTheMiddleOfItsWorkSurvivesManyTracers() {
        Path work = Victim.compile(folder, "work", "-O2", "-pthread");
        try (var victim = Victim.start(work.toString())) {
            for (int i = 0; i < 50; i++) {
                boolean late = i % 2 == 0;
                try (var tracer = new Tracer(kernel)) {
                    tracer.run(() -> {
                        var process = StoppedProcess.stop(tracer, victim.pid());
                        var calls = process.remoteCalls();
                        if (late) {
                            calls.call(Syscall.GETPID);
                        }
                    });
                }
                awaitNoTracer(victim.pid());
            }
            try (var tracer = new Tracer(kernel)) {
                callSomethingAndFindTheEntryPointAsInTheFile(tracer, victim.pid(), work);
            }
            String words = victim.finish();
            assertTrue(words.startsWith("right "), words);
        }
    }

    private static void callSomethingAndFindTheEntryPointAsInTheFile(Tracer tracer, int pid, Path file) {
        tracer.run(() -> {
            try (var process = StoppedProcess.stop(tracer, pid)) {
                try (var calls = process.remoteCalls()) {
                    assertEquals(pid, calls.call(Syscall.GETPID));
                }
                long entry = BorrowedPlaces.of(pid).code();
                var mapping = process.maps().at(entry).orElseThrow();
                try (var channel = FileChannel.open(file)) {
                    var expected = ByteBuffer.allocate(BorrowedPlaces.CODE_SIZE);
                    channel.read(expected, mapping.fileOffset(entry));
                    assertArrayEquals(expected.array(),
                            process.memory().read(entry, BorrowedPlaces.CODE_SIZE));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
    }

    /** A thread's end is known to Java a little before the kernel has let go of what it traced. */
    private static void awaitNoTracer(int pid) {
        while (ProcessInfo.of(pid).threads().stream().anyMatch(id -> ThreadInfo.of(pid, id).tracer() != 0)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void sharedMemoryIsSharedAndItsDescriptorsAreClosed() throws IOException {
        try (var victim = Victim.start(idle.toString());
                var tracer = new Tracer(kernel);
                var shared = SharedMemory.create(kernel, "bpf4j-test", 3 * PAGE)) {
            long open = descriptors(victim.pid());
            shared.mapping().bytes().putLong(2 * PAGE, 0x1122334455667788L);
            tracer.run(() -> {
                try (var process = StoppedProcess.stop(tracer, victim.pid());
                        var calls = process.remoteCalls()) {
                    var mappings = new RemoteMappings(process, calls);
                    long near = BorrowedPlaces.of(victim.pid()).code();
                    Range there = mappings.mapShared(shared.file(), near, 3 * PAGE);
                    assertTrue(Math.abs(there.start() - near) < 1L << 31);
                    assertEquals(0x1122334455667788L, process.memory().readLong(there.start() + 2 * PAGE));
                    process.memory().write(there.start(), new byte[]{1, 2, 3});
                    assertEquals(0x030201, shared.mapping().bytes().getInt(0));
                    var mapping = process.maps().at(there.start()).orElseThrow();
                    assertEquals("rw-s", mapping.permissions());
                    assertEquals("/memfd:bpf4j-test (deleted)", mapping.name());
                }
            });
            assertEquals(open, descriptors(victim.pid()));
            assertEquals("read gave 4", victim.finish());
        }
    }

    private static long descriptors(int pid) throws IOException {
        try (var files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return files.count();
        }
    }

    /** The address of a function in libc, by what readelf says. */
    private static long libcFunction(StoppedProcess process, String name) {
        var libc = process.maps().codeFiles().stream().filter(mapping -> mapping.name().contains("libc"))
                .findFirst().orElseThrow();
        long value = BinarySamples.output("nm", "-D", libc.name()).stream()
                .filter(line -> line.matches(".* [TW] " + name + "(@.*)?"))
                .map(line -> Long.parseLong(line.split(" ")[0], 16)).findFirst().orElseThrow();
        return libc.start() - libc.offset() + value;
    }

    @Test
    void aFunctionIsCalledWithArgumentsAndGivesItsResult() {
        try (var victim = Victim.start(idle.toString()); var tracer = new Tracer(kernel)) {
            awaitSleep(victim.pid());
            tracer.run(() -> {
                try (var process = StoppedProcess.stop(tracer, victim.pid());
                        var calls = process.remoteCalls()) {
                    var mappings = new RemoteMappings(process, calls);
                    Range stack = mappings.mapData(16 * PAGE);
                    process.memory().write(stack.start(), "12345abc\0".getBytes(StandardCharsets.UTF_8));
                    Duration limit = Duration.ofSeconds(5);
                    assertEquals(12345, calls.callFunction(libcFunction(process, "strtol"), stack, limit,
                            stack.start(), 0, 10));
                    assertEquals(victim.pid(),
                            calls.callFunction(libcFunction(process, "getpid"), stack, limit));
                    assertEquals(15, calls.callFunction(libcFunction(process, "labs"), stack, limit, -15));
                    long memory = calls.callFunction(libcFunction(process, "calloc"), stack, limit, 1000,
                            1000);
                    assertEquals(0, process.memory().readLong(memory + 500_000));
                    calls.callFunction(libcFunction(process, "free"), stack, limit, memory);
                    assertEquals(victim.pid(), calls.call(Syscall.GETPID));
                    mappings.unmap(stack);
                }
            });
            assertEquals("read gave 4", victim.finish());
        }
    }

    @Test
    void aFunctionThatFaultsOrHangsIsTakenBack() {
        try (var victim = Victim.start(idle.toString()); var tracer = new Tracer(kernel)) {
            awaitSleep(victim.pid());
            tracer.run(() -> {
                try (var process = StoppedProcess.stop(tracer, victim.pid())) {
                    Range stack;
                    try (var calls = process.remoteCalls()) {
                        stack = new RemoteMappings(process, calls).mapData(16 * PAGE);
                        var fault = assertThrows(InjectException.class,
                                () -> calls.callFunction(8, stack, Duration.ofSeconds(5)));
                        assertEquals(Reason.CALL_FAILED, fault.reason());
                        assertTrue(fault.getMessage().endsWith("signal 11 at 0x8"), fault.getMessage());
                        assertEquals(victim.pid(), calls.call(Syscall.GETPID), "and there is a next call");
                    }
                    try (var calls = process.remoteCalls()) {
                        long pause = libcFunction(process, "pause");
                        var late = assertThrows(InjectException.class,
                                () -> calls.callFunction(pause, stack, Duration.ofMillis(20)));
                        assertTrue(late.getMessage().contains("did not come back in time"),
                                late.getMessage());
                    }
                }
            });
            assertEquals("read gave 4", victim.finish());
        }
    }

    @Test
    void codeIsMappedWithinReachAndIsNeverWritable() {
        try (var victim = Victim.start(idle.toString()); var tracer = new Tracer(kernel)) {
            tracer.run(() -> {
                try (var process = StoppedProcess.stop(tracer, victim.pid());
                        var calls = process.remoteCalls()) {
                    var mappings = new RemoteMappings(process, calls);
                    for (var file : process.maps().codeFiles()) {
                        Range code = mappings.mapCode(file.start(), 5 * PAGE);
                        assertTrue(Math.abs(code.start() - file.start()) < (1L << 31) - (1L << 20));
                        // mov eax, edi; add eax, 1; ret
                        process.memory().write(code.start(),
                                new byte[]{(byte) 0x89, (byte) 0xf8, (byte) 0x83, (byte) 0xc0, 1,
                                    (byte) 0xc3});
                        Range stack = mappings.mapData(4 * PAGE);
                        assertEquals(42, calls.callFunction(code.start(), stack, Duration.ofSeconds(5), 41));
                        assertTrue(process.maps().mappings().stream()
                                .noneMatch(mapping -> mapping.permissions().startsWith("rwx")));
                        assertTrue(process.isIdle(code));
                        mappings.unmap(code);
                        mappings.unmap(stack);
                    }
                }
            });
            assertEquals("read gave 4", victim.finish());
        }
    }
}
