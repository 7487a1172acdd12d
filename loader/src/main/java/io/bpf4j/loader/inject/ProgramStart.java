package io.bpf4j.loader.inject;

import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.sys.Errno;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.loader.sys.TraceCalls.Resume;
import io.bpf4j.loader.sys.WaitStatus;
import io.bpf4j.vm.abi.PtRegs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Leads a process to the first instruction of its program: the dynamic linker has then mapped and relocated the
 * libraries that the program is linked with, and nothing of the program itself has run. For a static executable it is
 * the first instruction of all. Programs such as env(1) are passed over: what they become is meant.
 */
public final class ProgramStart {
    private static final int SIGNAL_TRAP = 5;
    private static final int SIGNAL_CONTINUE = 18;
    private static final int SIGNAL_STOP = 19;
    private static final long AT_ENTRY = 9; // include/uapi/linux/auxvec.h
    private static final byte BREAKPOINT = (byte) 0xcc;

    /** Programs that do nothing but become another; scripts begin with the first of them. */
    private static final Set<String> LAUNCHERS = Set.of("env", "nice", "nohup", "setsid", "stdbuf", "ionice",
            "chrt",
            "taskset");

    private final Tracer tracer;
    private final int pid;
    private final long deadline;
    private final TracedThread thread;

    private ProgramStart(Tracer tracer, int pid, Duration limit) {
        this.tracer = tracer;
        this.pid = pid;
        this.deadline = System.nanoTime() + limit.toNanos();
        this.thread = new TracedThread(tracer.trace(), pid, pid, false);
    }

    /**
     * Lets a process that is stopped by a signal go on until it has become another program by execve(2), and that has
     * come to its entry point; it is stopped by a signal (SIGSTOP) there again.
     *
     * @param pid of a process with one thread
     * @param limit how long that may take
     * @throws InjectException if the process ends before, is not ours, or does not come there in time; it runs on then
     */
    public static void reach(Tracer tracer, int pid, Duration limit) {
        Diagnosis.requireTraceable(pid);
        tracer.run(() -> new ProgramStart(tracer, pid, limit).reach());
    }

    private void reach() {
        long result = tracer.trace().seizeUntilExec(pid);
        if (result == -Errno.EPERM.number()) {
            throw Diagnosis.refused(tracer.kernel(), pid, pid);
        }
        if (result != 0) {
            throw new InjectException(Reason.CALL_FAILED, "tracing process %d failed with %s"
                    .formatted(pid, SystemCallException.errnoOf(result)));
        }
        try {
            tracer.kernel().call(Syscall.TGKILL, pid, pid, SIGNAL_CONTINUE, 0, 0, 0);
            awaitProgram();
            while (isLauncher()) {
                awaitProgram();
            }
            Diagnosis.requireTraceable(pid);
            awaitEntry();
            tracer.trace().resume(pid, Resume.DETACHED, SIGNAL_STOP);
        } catch (InjectException e) {
            if (!thread.detach()) {
                tracer.endThread(); // which lets it go on
            }
            throw e;
        }
    }

    private boolean isLauncher() {
        try {
            return LAUNCHERS
                    .contains(Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).getFileName()
                            .toString());
        } catch (IOException e) {
            return false;
        }
    }

    /** From a stop, or from before the first one. */
    private void awaitProgram() {
        if (thread.stopped()) {
            thread.resume(Resume.RUN, 0);
        }
        WaitStatus status = next();
        while (status.kind() != WaitStatus.Kind.EXECUTED) {
            thread.resume(Resume.RUN, signalOf(status));
            status = next();
        }
    }

    private void awaitEntry() {
        long entry = entryPoint();
        try (TargetMemory memory = TargetMemory.open(pid)) {
            byte[] original = memory.read(entry, 1);
            memory.write(entry, new byte[]{BREAKPOINT});
            try {
                awaitBreakpoint(entry);
            } catch (InjectException e) {
                if (e.reason() == Reason.NOT_STOPPABLE) {
                    memory.write(entry, original);
                }
                throw e;
            }
            memory.write(entry, original);
            thread.setRegisters(thread.registers().with(PtRegs.IP, entry));
        }
    }

    private void awaitBreakpoint(long address) {
        thread.resume(Resume.RUN, 0);
        WaitStatus status = next();
        while (!isTrap(status) || thread.registers().instructionPointer() != address + 1) {
            thread.resume(Resume.RUN, signalOf(status));
            status = next();
        }
    }

    private static boolean isTrap(WaitStatus status) {
        return status.kind() == WaitStatus.Kind.SIGNAL && status.signal() == SIGNAL_TRAP;
    }

    private static int signalOf(WaitStatus status) {
        return status.kind() == WaitStatus.Kind.SIGNAL ? status.signal() : 0;
    }

    private WaitStatus next() {
        Optional<WaitStatus> status = thread.await(deadline);
        if (status.isEmpty()) {
            throw new InjectException(Reason.NOT_STOPPABLE,
                    "process %d did not come to the start of its program in time".formatted(pid));
        }
        if (status.get().kind() == WaitStatus.Kind.ENDED) {
            throw new InjectException(Reason.NO_SUCH_PROCESS,
                    "process %d ended before the start of its program".formatted(pid));
        }
        return status.get();
    }

    /** From the auxiliary vector, pairs of 64-bit words. */
    private long entryPoint() {
        try {
            ByteBuffer vector = ByteBuffer.wrap(Files.readAllBytes(Path.of("/proc/" + pid + "/auxv")))
                    .order(ByteOrder.LITTLE_ENDIAN);
            while (vector.remaining() >= 2 * Long.BYTES) {
                long type = vector.getLong();
                long value = vector.getLong();
                if (type == AT_ENTRY) {
                    return value;
                }
            }
            throw new InjectException(Reason.BAD_MEMORY,
                    "process %d has no entry point in its auxiliary vector".formatted(pid));
        } catch (IOException e) {
            throw new InjectException(Reason.NOT_PERMITTED,
                    "cannot read where process %d begins: %s".formatted(pid, e.getMessage()));
        }
    }
}
