package io.bpf4j.loader.inject;

import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.proc.NoSuchProcessException;
import io.bpf4j.loader.proc.ProcessException;
import io.bpf4j.loader.proc.ProcessInfo;
import io.bpf4j.loader.proc.ThreadInfo;
import io.bpf4j.loader.sys.Errno;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.loader.sys.TraceCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stops all threads of a process: seizes and interrupts those that are there, waits for each, and looks for new ones
 * until there are none. A stopped thread starts no other, and a thread is listed before its creator is back from the
 * kernel, so a listing without a new one is complete.
 */
final class Stopper {
    private final Tracer tracer;
    private final TraceCalls trace;
    private final ProcessInfo process;
    private final Duration limit;
    private final Map<Integer, TracedThread> threads = new LinkedHashMap<>();
    private boolean suspendSeccomp = true;
    private long began;

    Stopper(Tracer tracer, ProcessInfo process, Duration limit) {
        this.tracer = tracer;
        this.trace = tracer.trace();
        this.process = process;
        this.limit = limit;
    }

    /** When the first thread was asked to stop, of {@link System#nanoTime}. */
    long began() {
        return began;
    }

    /**
     * Stops them.
     *
     * @return those that are stopped, at least one
     * @throws InjectException if that is impossible; everything goes on then as if nothing had been
     */
    List<TracedThread> stop() {
        try {
            while (stopNewThreads()) {
                continue;
            }
        } catch (InjectException | ProcessException e) {
            undo();
            throw e instanceof InjectException known
                    ? known
                    : new InjectException(Reason.NO_SUCH_PROCESS, e.getMessage());
        }
        endThreadIfNeeded();
        List<TracedThread> stopped = threads.values().stream().filter(TracedThread::stopped).toList();
        if (stopped.isEmpty()) {
            throw new InjectException(Reason.NO_SUCH_PROCESS,
                    "process %d has ended".formatted(process.pid()));
        }
        return stopped;
    }

    private boolean stopNewThreads() {
        List<TracedThread> fresh = new ArrayList<>();
        boolean leaving = false;
        for (int id : process.threads()) {
            TracedThread known = threads.get(id);
            if (known == null || known.ended()) {
                TracedThread seized = seize(id);
                if (seized == null) {
                    leaving |= !hasEnded(id);
                } else {
                    threads.put(id, seized);
                    fresh.add(seized);
                }
            }
        }
        if (began == 0) {
            began = System.nanoTime();
        }
        fresh.forEach(TracedThread::interrupt);
        for (TracedThread thread : fresh) {
            await(thread);
        }
        return !fresh.isEmpty() || leaving;
    }

    private void await(TracedThread thread) {
        try {
            thread.awaitStop(limit);
        } catch (InjectException e) {
            if (e.reason() != Reason.NOT_STOPPABLE) {
                throw e;
            }
            if (!hasEnded(thread.id())) { // as a process's first thread may, which is not told before all have
                throw Diagnosis.notStoppable(process.pid(), thread.id());
            }
        }
    }

    /** Returns null for a thread that is about to go. */
    private TracedThread seize(int id) {
        long result = trace.seize(id, suspendSeccomp);
        if (suspendSeccomp && (result == -Errno.EPERM.number() || result == -Errno.EINVAL.number())) {
            result = trace.seize(id, false);
            suspendSeccomp &= result != 0;
        }
        if (result == 0) {
            return new TracedThread(trace, process.pid(), id, suspendSeccomp);
        }
        if (result == -Errno.EPERM.number() && !hasEnded(id)) {
            throw Diagnosis.refused(tracer.kernel(), process.pid(), id);
        }
        if (result != -Errno.EPERM.number() && result != -Errno.ESRCH.number()) {
            throw new InjectException(Reason.CALL_FAILED, "tracing thread %d of process %d failed with %s"
                    .formatted(id, process.pid(), SystemCallException.errnoOf(result)));
        }
        return null;
    }

    /** Whether a thread has ended, or is not there any more. */
    private boolean hasEnded(int id) {
        try {
            return ThreadInfo.of(process.pid(), id).hasEnded();
        } catch (NoSuchProcessException e) {
            return true;
        } catch (ProcessException e) {
            return process.threads().stream().noneMatch(thread -> thread == id);
        }
    }

    private void undo() {
        endThreadIfNeeded();
        threads.values().stream().filter(TracedThread::stopped).toList().forEach(TracedThread::detach);
    }

    /** A thread that is traced but not stopped can only be freed by the end of the tracer's thread. */
    private void endThreadIfNeeded() {
        if (threads.values().stream().anyMatch(thread -> !thread.stopped() && !thread.ended())) {
            tracer.endThread();
        }
    }
}
