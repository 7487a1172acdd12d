package io.bpf4j.loader.inject;

import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.proc.ProcessException;
import io.bpf4j.loader.proc.ProcessInfo;
import io.bpf4j.loader.proc.ThreadInfo;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.vm.patch.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A process all of whose threads stand still, until {@link #close} lets them go on. Nothing that happens to it
 * meanwhile is lost: signals wait, system calls that were interrupted are made again, and a process that somebody had
 * stopped by a signal stays stopped.
 *
 * <p>For the tracer's thread only. If the tracer dies, the process goes on.
 */
public final class StoppedProcess implements AutoCloseable {
    /** How long {@link #stop(Tracer, int)} waits for each thread. */
    public static final Duration STOP_LIMIT = Duration.ofMillis(500);

    /** Time for a thread to make two system calls. */
    private static final long RETURN_NANOS = 200_000;
    private static final long NEARBY = 1L << 20;
    private static final int CURRENT_SEQUENCE = 8; // rseq_cs in struct rseq, include/uapi/linux/rseq.h
    private static final long THREAD_HANDLE = 0x80; // PIDFD_THREAD, Linux 6.9

    private final Tracer tracer;
    private final ProcessInfo info;
    private final TargetMemory memory;
    private final MemoryMaps mapsBefore;
    private final BorrowedPlaces places;
    private final Map<Integer, TracedThread> threads = new HashMap<>();
    private final Map<Integer, Registers> registers = new HashMap<>();
    private final long began;
    private RemoteCalls calls;
    private boolean abandoned;
    private boolean closed;
    private long stoppedNanos;

    private StoppedProcess(Tracer tracer, ProcessInfo info, TargetMemory memory, Duration limit) {
        this.tracer = tracer;
        this.info = info;
        this.memory = memory;
        mapsBefore = MemoryMaps.of(memory.thread());
        places = BorrowedPlaces.of(memory.thread(), mapsBefore);
        var stopper = new Stopper(tracer, info, limit);
        List<TracedThread> stopped = stopper.stop();
        began = stopper.began();
        stopped.forEach(thread -> threads.put(thread.id(), thread));
        stopped.forEach(thread -> registers.put(thread.id(), thread.stoppedRegisters()));
    }

    /**
     * Insists on being able to stop a process, as far as that is known without stopping it.
     *
     * @throws InjectException if it is not there, not ours, or not one that can be worked on; the message says what
     *         would help
     */
    public static void requireAccess(Kernel kernel, int pid) {
        Diagnosis.requireTraceable(pid);
        try {
            openMemory(kernel, ProcessInfo.of(pid)).close();
        } catch (ProcessException e) {
            throw new InjectException(Reason.NO_SUCH_PROCESS, e.getMessage());
        }
    }

    /** Stops a process within {@link #STOP_LIMIT}. */
    public static StoppedProcess stop(Tracer tracer, int pid) {
        return stop(tracer, pid, STOP_LIMIT);
    }

    /**
     * Stops a process.
     *
     * @param limit how long to wait for each thread, all that stopped before standing still meanwhile
     * @throws InjectException if that is impossible, with the reason; the process goes on then
     */
    public static StoppedProcess stop(Tracer tracer, int pid, Duration limit) {
        Diagnosis.requireTraceable(pid);
        ProcessInfo info;
        TargetMemory memory;
        try {
            info = ProcessInfo.of(pid);
            memory = openMemory(tracer.kernel(), info);
        } catch (ProcessException e) {
            throw new InjectException(Reason.NO_SUCH_PROCESS, e.getMessage());
        }
        try {
            return stop(tracer, info, memory, limit);
        } catch (InjectException | ProcessException e) {
            memory.close();
            throw e instanceof InjectException known
                    ? known
                    : new InjectException(Reason.NOT_PERMITTED, e.getMessage());
        }
    }

    /** Tries again while a thread that a dead tool had borrowed is on its way back, and needs what we would borrow. */
    private static StoppedProcess stop(Tracer tracer, ProcessInfo info, TargetMemory memory, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            var process = new StoppedProcess(tracer, info, memory, limit);
            if (!process.isReturning()) {
                return process;
            }
            process.detachAll();
            if (System.nanoTime() - deadline > 0) {
                throw new InjectException(Reason.NO_ROOM,
                        ("a thread of process %d still runs for a tool that has "
                                + "died; try again later").formatted(info.pid()));
            }
            LockSupport.parkNanos(RETURN_NANOS);
        }
    }

    private boolean isReturning() {
        byte[] stub = CarrierStub.code();
        var range = Range.of(places.code(), stub.length + 1);
        return registers.values().stream().anyMatch(thread -> range.contains(thread.instructionPointer()))
                && Arrays.equals(memory.read(places.code(), stub.length), stub);
    }

    /** By a thread that runs: the first one may have ended, and has no memory then. */
    private static TargetMemory openMemory(Kernel kernel, ProcessInfo info) {
        int thread = info.threads().stream().filter(id -> !ThreadInfo.hasEnded(info.pid(), id))
                .findFirst().orElse(info.pid());
        try {
            return TargetMemory.open(thread);
        } catch (InjectException e) {
            throw Diagnosis.refused(kernel, info.pid(), thread);
        }
    }

    /** Returns the process's id. */
    public int pid() {
        return info.pid();
    }

    /** Returns what the process was just before it was stopped. */
    public ProcessInfo info() {
        return info;
    }

    /** Returns the ids of its threads. */
    public List<Integer> threads() {
        return threads.keySet().stream().sorted().toList();
    }

    /** Returns its memory; it may be used as long as the process is stopped. */
    public TargetMemory memory() {
        return memory;
    }

    /** Reads what it has mapped. */
    public MemoryMaps maps() {
        return MemoryMaps.of(memory.thread());
    }

    /** Returns what it had mapped just before it was stopped: to be had at no cost, but perhaps not true any more. */
    MemoryMaps mapsBefore() {
        return mapsBefore;
    }

    /** Returns the registers with which a thread will go on. */
    public Registers registers(int thread) {
        Registers found = registers.get(thread);
        if (found == null) {
            throw new IllegalArgumentException("process %d has no thread %d".formatted(pid(), thread));
        }
        return found;
    }

    /**
     * Sets the registers with which a thread will go on.
     *
     * @throws IllegalStateException while remote calls are open
     */
    public void setRegisters(int thread, Registers values) {
        if (calls != null) {
            throw new IllegalStateException("remote calls are open");
        }
        registers(thread);
        threads.get(thread).setRegisters(values);
        registers.put(thread, values);
    }

    /**
     * Whether no thread can come to an address range any more, unless something leads there still: none is in it, and
     * no stack has a word that may be a return address within it. Stacks of coroutines that do not run are not seen;
     * see {@link #isIdleAnywhere}.
     */
    public boolean isIdle(Range range) {
        return isIdle(List.of(range));
    }

    /** As {@link #isIdle(Range)}, for several ranges at once. */
    public boolean isIdle(List<Range> ranges) {
        return new IdleCheck(memory, maps(), ranges, Long.MAX_VALUE).onThreads(registers.values());
    }

    /**
     * Whether no thread is in an address range, nor will come there when a handler returns that it is in: what lies
     * deeper than 1 MiB in a stack is not looked at.
     */
    public boolean isIdleNearby(List<Range> ranges) {
        return new IdleCheck(memory, maps(), ranges, NEARBY).nearby(registers.values());
    }

    /** As {@link #isIdle}, looking at all private memory that can be a stack, Go's goroutines included; slow. */
    public boolean isIdleAnywhere(Range range) {
        return new IdleCheck(memory, maps(), List.of(range), Long.MAX_VALUE).anywhere(registers.values());
    }

    Kernel kernel() {
        return tracer.kernel();
    }

    /** A handle of the process, by a thread that has not ended, as a process whose first thread has has no files. */
    Fd handle() {
        if (threads.containsKey(pid())) {
            return kernel().openProcess(pid());
        }
        int thread = memory.thread();
        return kernel().fd(kernel().call(Syscall.PIDFD_OPEN, thread, THREAD_HANDLE, 0, 0, 0, 0),
                Syscall.PIDFD_OPEN,
                () -> "opening thread " + thread + " of process " + pid() + ", whose first thread has ended");
    }

    long mainStackPointer() {
        Registers main = registers.get(pid());
        return main == null ? 0 : main.stackPointer();
    }

    /**
     * Borrows a thread to make calls in the process; to be closed before the next is borrowed, and before the process.
     *
     * @throws InjectException if a filter of system calls would kill the process for them
     */
    public RemoteCalls remoteCalls() {
        if (calls != null) {
            throw new IllegalStateException("remote calls are open");
        }
        TracedThread carrier = carrier();
        if (!carrier.seccompSuspended() && ThreadInfo.of(pid(), carrier.id()).seccomp() != 0) {
            throw new InjectException(Reason.SECCOMP,
                    ("process %d (%s) has a filter of system calls (seccomp), which "
                            + "might kill it for ours; only root can suspend that: run as root, or use --mode kernel")
                            .formatted(pid(), info.comm()));
        }
        calls = new RemoteCalls(this, carrier, tracer.trace(), places);
        return calls;
    }

    /**
     * A thread in a system call, if there is one, or else one that is not in a restartable sequence (rseq(2)): that
     * could not be aborted any more, as the kernel looks whether the thread is in it while it is elsewhere for us.
     */
    private TracedThread carrier() {
        return threads.values().stream()
                .filter(thread -> registers.get(thread.id()).isInSystemCall()).findFirst()
                .or(() -> threads.values().stream().filter(this::isOutsideSequence).findFirst())
                .orElseGet(() -> threads.values().iterator().next());
    }

    private boolean isOutsideSequence(TracedThread thread) {
        long area = tracer.trace().restartableSequenceArea(thread.id());
        return area == 0 || memory.readLong(area + CURRENT_SEQUENCE) == 0;
    }

    void callsClosed() {
        calls = null;
    }

    void abandon() {
        abandoned = true;
    }

    /** Returns how long the process stood still, or has until now: nanoseconds from the first thread to the last. */
    public long stoppedNanos() {
        return closed ? stoppedNanos : System.nanoTime() - began;
    }

    /** Lets all threads go on; if a thread cannot be freed otherwise, the tracer's thread ends after its task. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        try {
            if (calls != null) {
                calls.close();
            }
        } finally {
            detachAll();
            stoppedNanos = stoppedNanos();
            closed = true;
            memory.close();
        }
    }

    private void detachAll() {
        List<TracedThread> killed = new ArrayList<>();
        for (TracedThread thread : threads.values()) {
            thread.heldSignals()
                    .forEach(signal -> kernel().call(Syscall.TGKILL, pid(), thread.id(), signal, 0, 0, 0));
            if (!thread.detach()) {
                killed.add(thread);
            }
        }
        // The end of the first thread is told when the others' has been heard.
        killed.sort(Comparator.comparing(thread -> thread.id() == pid()));
        for (TracedThread thread : killed) {
            abandoned |= !thread.awaitEnd(STOP_LIMIT);
        }
        if (abandoned) {
            tracer.endThread();
        }
    }
}
