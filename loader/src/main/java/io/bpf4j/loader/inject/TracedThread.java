package io.bpf4j.loader.inject;

import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.sys.Errno;
import io.bpf4j.loader.sys.TraceCalls;
import io.bpf4j.loader.sys.TraceCalls.Resume;
import io.bpf4j.loader.sys.UserRegistersDescriptor;
import io.bpf4j.loader.sys.WaitStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** One thread that is traced, from PTRACE_SEIZE to PTRACE_DETACH. For the tracer's thread only. */
final class TracedThread {
    /** How long to ask again and again: a stop takes microseconds on a processor of its own. */
    private static final long IMPATIENT_NANOS = 50_000;
    /** The first pause after that, in which the thread may have this processor; later ones are longer. */
    private static final long PAUSE_NANOS = 20_000;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000;

    private final TraceCalls trace;
    private final int process;
    private final int id;
    private final boolean seccompSuspended;
    private final List<Integer> heldSignals = new ArrayList<>();
    private Registers stoppedRegisters;
    private boolean stopped;
    private boolean ended;

    TracedThread(TraceCalls trace, int process, int id, boolean seccompSuspended) {
        this.trace = trace;
        this.process = process;
        this.id = id;
        this.seccompSuspended = seccompSuspended;
    }

    int id() {
        return id;
    }

    boolean seccompSuspended() {
        return seccompSuspended;
    }

    boolean ended() {
        return ended;
    }

    boolean stopped() {
        return stopped;
    }

    /** Signals that came while the thread ran for us, to be sent again: all others are blocked then. */
    List<Integer> heldSignals() {
        return heldSignals;
    }

    /** Asks it to stop. */
    void interrupt() {
        trace.interrupt(id);
    }

    /**
     * Waits until it has stopped where nothing is lost: not at the delivery of a signal, which would be delivered upon
     * registers that are ours then. Such a signal is delivered; the thread stops again before its handler's first
     * instruction.
     *
     * @return whether it stopped; if not, it has ended
     * @throws InjectException if it does not in time
     */
    boolean awaitStop(Duration limit) {
        return awaitStop(limit, false);
    }

    /** As {@link #awaitStop}, for a thread with registers that are ours: signals are kept to be sent again. */
    boolean awaitStopHoldingSignals(Duration limit) {
        return awaitStop(limit, true);
    }

    private boolean awaitStop(Duration limit, boolean holdSignals) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            Optional<WaitStatus> status = await(deadline);
            if (status.isEmpty()) {
                throw new InjectException(Reason.NOT_STOPPABLE, "thread %d of process %d did not stop"
                        .formatted(id, process));
            }
            switch (status.get().kind()) {
                case ENDED -> {
                    return false;
                }
                case INTERRUPTED, GROUP_STOPPED -> {
                    if (!holdSignals) {
                        hideStop();
                    }
                    return true;
                }
                case SIGNAL -> {
                    trace.interrupt(id);
                    if (holdSignals) {
                        heldSignals.add(status.get().signal());
                    }
                    resume(Resume.RUN, holdSignals ? 0 : status.get().signal());
                }
                case SYSTEM_CALL -> {
                    trace.interrupt(id);
                    resume(Resume.RUN, 0);
                }
                default -> throw new AssertionError(status);
            }
        }
    }

    private void hideStop() {
        Registers found = registers();
        stoppedRegisters = Restart.hide(found);
        if (stoppedRegisters != found) {
            setRegisters(stoppedRegisters);
        }
    }

    /** The registers with which it would go on from the stop that {@link #awaitStop} waited for. */
    Registers stoppedRegisters() {
        return stoppedRegisters;
    }

    /** Waits for what happens next; empty if nothing does until then. */
    Optional<WaitStatus> await(long deadline) {
        long begin = System.nanoTime();
        long pause = PAUSE_NANOS;
        while (true) {
            Optional<WaitStatus> status = trace.poll(id);
            long now = System.nanoTime();
            if (status.isPresent()) {
                ended = status.get().kind() == WaitStatus.Kind.ENDED;
                stopped = !ended;
                return status;
            }
            if (now - deadline >= 0) {
                return status;
            }
            if (now - begin < IMPATIENT_NANOS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(pause);
                pause = Math.min(pause + pause / 4, LONGEST_PAUSE_NANOS);
            }
        }
    }

    void resume(Resume how, int signal) {
        stopped = false;
        check(trace.resume(id, how, signal), "resuming");
    }

    Registers registers() {
        byte[] bytes = new byte[UserRegistersDescriptor.LENGTH];
        check(trace.registers(id, bytes), "reading the registers of");
        return new Registers(bytes);
    }

    void setRegisters(Registers registers) {
        check(trace.setRegisters(id, registers.bytes()), "setting the registers of");
    }

    /** The signals that it blocks, see {@link TraceCalls#signalMask}. */
    long signalMask() {
        return trace.signalMask(id).orElseThrow(() -> gone("reading the blocked signals of"));
    }

    private InjectException gone(String what) {
        return new InjectException(Reason.NO_SUCH_PROCESS,
                "process %d has gone: %s thread %d found no stopped thread".formatted(process, what, id));
    }

    /** Lets it go for good; returns false for one that was killed, and is to be waited for. */
    boolean detach() {
        boolean done = stopped && trace.resume(id, Resume.DETACHED, 0) == 0;
        stopped = false;
        return done || ended;
    }

    /** Takes note of the end of a thread, without which its process would not end; returns false if it does not end. */
    boolean awaitEnd(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!ended) {
            if (await(deadline).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private void check(long result, String what) {
        if (result == -Errno.ESRCH.number()) {
            throw gone(what);
        }
        if (result < 0) {
            throw new InjectException(Reason.CALL_FAILED, "%s thread %d of process %d failed with %s"
                    .formatted(what, id, process, Errno.of((int) -result)));
        }
    }
}
