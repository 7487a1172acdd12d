package io.bpf4j.loader.sys;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.MapKind;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attaches to a child that calls libc's write() exactly {@link #WRITES} times. */
@Timeout(60)
class LinkCallsTest {
    private static final int WRITES = 1000;
    private static final int CURRENT_PID_TGID = 14;
    private static final int ATTACH_COOKIE = 174;
    private static final Path UPROBE_PMU = Path.of("/sys/bus/event_source/devices/uprobe/type");

    private Kernel kernel;
    private LinkCalls links;
    private String libc;
    private long write;

    @BeforeEach
    void needsRootAndUprobes() throws Exception {
        kernel = Privileges.rootKernel();
        assumeTrue(Files.exists(UPROBE_PMU), "kernel has no uprobe PMU");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/readelf")), "readelf (binutils) is not installed");
        links = new LinkCalls(kernel);
        var path = Programs.libraryOf("/bin/dd", "libc.so");
        libc = path.toString();
        write = Programs.offsetOf(path, "write");
    }

    /** Hits and the sum of their cookies. */
    private record Seen(long hits, long cookies) {}

    /** Loads a program that counts, attaches it to the child that {@code attach} is told, and lets the child run. */
    private Seen count(AttachType type, Function<Fd, Function<Integer, Fd>> attach) throws Exception {
        var child = new ProcessBuilder("/bin/sh", "-c",
                "read go && exec dd if=/dev/zero of=/dev/null bs=1 status=none count=" + WRITES).start();
        try (var counters = new MapCalls(kernel).create(
                MapParameters.of(MapKind.ARRAY, 4, 16, 1, "counters").withFlags(MapParameters.MAPPABLE));
                var memory = kernel.map(counters, Access.READ, 0, 4096, () -> "mapping counters");
                var program = new ProgramCalls(kernel).load(ProgramParameters
                        .of(ProgramType.KPROBE, "count", counter(counters, (int) child.pid()))
                        .withAttach(type, 0));
                var link = attach.apply(program).apply((int) child.pid())) {
            assertTrue(link.isOpen());
            child.getOutputStream().write('\n');
            child.getOutputStream().close();
            assertEquals(0, child.waitFor());
            return new Seen(memory.bytes().getLong(0), memory.bytes().getLong(8));
        } finally {
            child.destroyForcibly();
        }
    }

    /** {@code if (pid == ...) { hits++; cookies += cookie; } return 0; } */
    private static byte[] counter(Fd counters, int pid) {
        return new Bytecode().movReg(6, 1).mapValue(7, counters, 0).call(CURRENT_PID_TGID)
                .insn(0x77, 0, 0, 0, 32)
                .insn(0x55, 0, 0, 5, pid).mov(1, 1).atomicAdd(7, 0, 1).movReg(1, 6).call(ATTACH_COOKIE)
                .atomicAdd(7, 8, 0).mov(0, 0).exit().bytes();
    }

    private Fd uprobe(boolean onReturn, int pid) {
        try {
            int pmu = Integer.parseInt(Files.readString(UPROBE_PMU).trim());
            return new PerfCalls(kernel).openUprobe(new PerfCalls.Uprobe(pmu, libc, write, onReturn, 0, pid));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private UprobeMulti writes(int pid, boolean onReturn, boolean session) {
        return new UprobeMulti(libc, List.of(write), List.of(), List.of(5L), onReturn, pid, session);
    }

    @Test
    void aPerfLinkCountsEveryHitAndKnowsItsCookie() throws Exception {
        var seen = count(AttachType.NONE, program -> pid -> {
            try (var event = uprobe(false, pid)) {
                return links.attachToPerfEvent(program, event, 3);
            }
        });
        assertEquals(new Seen(WRITES, 3 * WRITES), seen);
    }

    @Test
    void aPerfEventWithoutALinkCountsEveryReturn() throws Exception {
        var seen = count(AttachType.NONE, program -> pid -> {
            var event = uprobe(true, pid);
            new PerfCalls(kernel).attach(event, program);
            return event;
        });
        assertEquals(new Seen(WRITES, 0), seen);
    }

    @Test
    void aMultiLinkCountsEveryHitAndKnowsItsCookie() throws Exception {
        assertEquals(new Seen(WRITES, 5 * WRITES), count(AttachType.TRACE_UPROBE_MULTI,
                program -> pid -> links.attachToUprobes(program, writes(pid, false, false))));
        assertEquals(new Seen(WRITES, 5 * WRITES), count(AttachType.TRACE_UPROBE_MULTI,
                program -> pid -> links.attachToUprobes(program, writes(0, true, false))));
    }

    @Test
    void aSessionSeesEntryAndReturn() throws Exception {
        assertEquals(new Seen(2 * WRITES, 10 * WRITES), count(AttachType.TRACE_UPROBE_SESSION,
                program -> pid -> links.attachToUprobes(program, writes(pid, false, true))));
    }

    @Test
    void aRawTracepointCountsTheSystemCallsOfAChild() throws Exception {
        var child = new ProcessBuilder("/bin/sh", "-c",
                "read go && exec dd if=/dev/zero of=/dev/null bs=1 status=none count=" + WRITES).start();
        int writeCall = Syscall.WRITE.number();
        try (var counters = new MapCalls(kernel).create(
                MapParameters.of(MapKind.ARRAY, 4, 16, 1, "counters").withFlags(MapParameters.MAPPABLE));
                var memory = kernel.map(counters, Access.READ, 0, 4096, () -> "mapping counters");
                var program = new ProgramCalls(kernel).load(ProgramParameters.of(ProgramType.RAW_TRACEPOINT,
                        "writes",
                        new Bytecode().movReg(6, 1).loadLong(8, 1, 8).insn(0x55, 8, 0, 7, writeCall)
                                .call(CURRENT_PID_TGID).insn(0x77, 0, 0, 0, 32)
                                .insn(0x55, 0, 0, 4, (int) child.pid()).mapValue(7, counters, 0).mov(1, 1)
                                .atomicAdd(7, 0, 1).mov(0, 0).exit().bytes()));
                var link = links.attachToRawTracepoint(program, "sys_enter", 9)) {
            assertTrue(link.isOpen());
            child.getOutputStream().write('\n');
            child.getOutputStream().close();
            assertEquals(0, child.waitFor());
            assertEquals(WRITES, memory.bytes().getLong(0));
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void whatDoesNotExistIsNamed() {
        try (var program = new ProgramCalls(kernel).load(
                ProgramParameters.of(ProgramType.RAW_TRACEPOINT, "none",
                        new Bytecode().mov(0, 0).exit().bytes()))) {
            var failure = assertThrows(SystemCallException.class,
                    () -> links.attachToRawTracepoint(program, "no_such_point", 0));
            assertEquals(
                    "attaching to raw tracepoint \"no_such_point\": bpf(RAW_TRACEPOINT_OPEN) failed with ENOENT "
                            + "(no such file or directory)",
                    failure.getMessage());
        }
    }

    @Test
    void aTracepointLinkEndsByClosingOnly() {
        try (var program = new ProgramCalls(kernel).load(
                ProgramParameters.of(ProgramType.RAW_TRACEPOINT, "none",
                        new Bytecode().mov(0, 0).exit().bytes()));
                var link = links.attachToRawTracepoint(program, "sched_process_fork", 0)) {
            var failure = assertThrows(SystemCallException.class, () -> links.detach(link));
            assertEquals(Errno.EOPNOTSUPP, failure.errno());
        }
    }

    @Test
    void cookiesMustMatchOffsets() {
        assertThrows(IllegalArgumentException.class,
                () -> new UprobeMulti(libc, List.of(1L, 2L), List.of(), List.of(1L), false, 0, false));
    }
}
