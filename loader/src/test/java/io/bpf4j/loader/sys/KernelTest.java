package io.bpf4j.loader.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class KernelTest {
    private static final int PAGE = 4096;

    private final Kernel kernel = LinuxKernel.instance();

    @Test
    void mmapUsesItsSixthArgument() {
        try (var file = kernel.memoryFile("three pages", 3 * PAGE);
                var all = kernel.map(file, Access.READ_WRITE, 0, 3 * PAGE, () -> "mapping all");
                var last = kernel.map(file, Access.READ, 2 * PAGE, PAGE, () -> "mapping the last page")) {
            all.bytes().putLong(2 * PAGE + 16, 0x1122334455667788L);
            assertEquals(0x1122334455667788L, last.bytes().getLong(16));
            assertEquals(0x88, Byte.toUnsignedInt(last.bytes().get(16)), "little-endian");
        }
    }

    @Test
    void allSixArgumentsArrive() throws Exception {
        // process_vm_readv has six arguments, the last of which must be 0: any garbage there gives EINVAL
        try (var memory = new NativeMemory()) {
            var source = memory.bytes("from me to me".getBytes(StandardCharsets.US_ASCII));
            var target = memory.allocate(source.size());
            var local = memory.allocate(16);
            local.bytes().putLong(0, target.address()).putLong(8, target.size());
            var remote = memory.allocate(16);
            remote.bytes().putLong(0, source.address()).putLong(8, source.size());
            long pid = ProcessHandle.current().pid();
            assertEquals(source.size(), kernel.call(Syscall.PROCESS_VM_READV, pid, local.address(), 1,
                    remote.address(), 1, 0));
            assertEquals("from me to me", new String(target.copy(target.size()), StandardCharsets.US_ASCII));
            assertEquals(-Errno.EINVAL.number(),
                    kernel.call(Syscall.PROCESS_VM_READV, pid, local.address(), 1,
                            remote.address(), 1, 1));
        }
    }

    @Test
    void aFailureNamesTheCallTheErrorAndTheWish() {
        var failure = assertThrows(SystemCallException.class, () -> kernel.openProcess(Integer.MAX_VALUE));
        assertEquals("opening process 2147483647: pidfd_open failed with ESRCH (no such process)",
                failure.getMessage());
        assertEquals(Errno.ESRCH, failure.errno());
    }

    @Test
    @Timeout(60)
    void eachThreadIsToldItsOwnError() throws InterruptedException {
        int calls = 20_000;
        var wrong = new AtomicInteger();
        Thread other = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < calls; i++) {
                if (kernel.call(Syscall.CLOSE, -1, 0, 0, 0, 0, 0) != -Errno.EBADF.number()) {
                    wrong.incrementAndGet();
                }
            }
        });
        for (int i = 0; i < calls; i++) {
            if (kernel.call(Syscall.PIDFD_OPEN, Integer.MAX_VALUE, 0, 0, 0, 0, 0) != -Errno.ESRCH.number()) {
                wrong.incrementAndGet();
            }
        }
        other.join();
        assertEquals(0, wrong.get());
    }

    @Test
    void aClosedDescriptorIsRefusedAndClosingTwiceHarmsNobody() {
        var first = kernel.memoryFile("first", 1);
        int number = first.number();
        first.close();
        try (var second = kernel.memoryFile("second", 1)) {
            assertEquals(number, second.number(), "the kernel gives out the lowest free number");
            first.close();
            assertEquals(number, second.number());
            try (var mapping = kernel.map(second, Access.READ, 0, 1, () -> "mapping")) {
                assertEquals(0, mapping.bytes().get(0), "second is still open");
            }
        }
        assertFalse(first.isOpen());
        assertThrows(IllegalStateException.class, first::number);
    }

    @Test
    void aClosedMappingIsRefused() {
        try (var file = kernel.memoryFile("page", PAGE)) {
            var mapping = kernel.map(file, Access.READ, 0, PAGE, () -> "mapping");
            mapping.close();
            mapping.close();
            assertThrows(IllegalStateException.class, mapping::bytes);
        }
    }

    @Test
    void nativeMemoryIsZeroedAlignedAndApart() {
        try (var memory = new NativeMemory()) {
            for (int size = 1; size < 10_000; size += 97) {
                var block = memory.allocate(size);
                assertEquals(0, block.address() % 8);
                assertEquals(size, block.size());
                for (int i = 0; i < size; i++) {
                    assertEquals(0, block.bytes().get(i));
                    block.bytes().put(i, (byte) -1);
                }
            }
            assertEquals("häuser\0", new String(memory.string("häuser").copy(8), StandardCharsets.UTF_8));
        }
    }

    @Test
    @Timeout(60)
    void aProcessHandleSignalsItsProcess() throws Exception {
        var child = new ProcessBuilder("sleep", "1000").start();
        try (var handle = kernel.openProcess((int) child.pid()); var epoll = new Epoll(kernel)) {
            epoll.add(handle, 7);
            assertEquals(0, epoll.await(0), "it lives");
            kernel.sendSignal(handle, 15);
            assertEquals(1, epoll.await(-1), "its handle is readable when it ends");
            assertEquals(7, epoll.token(0));
            assertEquals(128 + 15, child.waitFor());
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void tracefsIsReadWithoutBeingMountedAnywhere() throws IOException {
        assumeTrue(kernel.effectiveUser() == 0, "needs root");
        assumeTrue(Files.readString(Path.of("/proc/filesystems")).contains("\ttracefs\n"),
                "kernel has no tracefs");
        var mountsBefore = Files.readString(Path.of("/proc/self/mounts"));
        var files = new FileCalls(kernel);
        try (var tracefs = files.privateFileSystem("tracefs");
                var format = files.open(tracefs, "events/raw_syscalls/sys_enter/format")) {
            var text = new String(files.readAll(format), StandardCharsets.US_ASCII);
            assertTrue(text.startsWith("name: sys_enter\n"), text);
            assertTrue(text.contains("field:unsigned long args[6];"), text);
            assertEquals(mountsBefore, Files.readString(Path.of("/proc/self/mounts")));
            assertEquals(Errno.ENOENT,
                    assertThrows(SystemCallException.class, () -> files.open(tracefs, "events/none/such"))
                            .errno());
        }
    }

    @Test
    void cpuListsAreReadAsTheKernelWritesThem() {
        assertEquals("[0, 1, 2, 3, 8, 10, 11]", java.util.Arrays.toString(Cpus.parse("0-3,8,10-11\n")));
        assertEquals("[0]", java.util.Arrays.toString(Cpus.parse("0\n")));
        assertEquals(Runtime.getRuntime().availableProcessors(), Cpus.online().length);
    }
}
