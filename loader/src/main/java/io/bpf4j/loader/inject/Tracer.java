package io.bpf4j.loader.inject;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.loader.sys.TraceCalls;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;

/**
 * The thread that traces: the kernel knows a tracer by its thread, so all that is done to a stopped process is done on
 * this one, from {@link StoppedProcess#stop} to its {@code close}.
 *
 * <pre>
 * try (var tracer = new Tracer(kernel)) {
 *     tracer.call(() -&gt; {
 *         try (var process = StoppedProcess.stop(tracer, pid)) {
 *             ...
 *         }
 *     });
 * }
 * </pre>
 *
 * <p>When the thread ends, for whatever reason, the kernel lets everything go on that it held. {@link #close} ends it.
 */
public final class Tracer implements AutoCloseable {
    /** PR_SET_TIMERSLACK: let a sleep of some microseconds be one, not 50 more. */
    private static final int SET_TIMER_SLACK = 29;

    private final Kernel kernel;
    private Worker worker;
    private boolean closed;

    /** Makes a tracer; its thread starts with the first task. */
    public Tracer(Kernel kernel) {
        this.kernel = kernel;
    }

    private static final class Worker {
        private final LinkedBlockingQueue<FutureTask<?>> tasks = new LinkedBlockingQueue<>();
        private final Kernel kernel;
        private final TraceCalls trace;
        private final Thread thread;
        private volatile boolean ending;

        Worker(Kernel kernel) {
            this.kernel = kernel;
            trace = new TraceCalls(kernel);
            thread = Thread.ofPlatform().name("bpf4j-tracer").daemon().start(this::run);
        }

        private void run() {
            try (trace) {
                kernel.call(Syscall.PRCTL, SET_TIMER_SLACK, 1, 0, 0, 0, 0);
                while (!ending) {
                    tasks.take().run();
                }
            } catch (InterruptedException e) {
                ending = true;
            }
        }

        <T> T call(Supplier<T> task) {
            var future = new FutureTask<>(task::get);
            tasks.add(future);
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return future.get();
                    } catch (InterruptedException e) {
                        interrupted = true; // a process may be stopped: the task has to come to its end
                    } catch (ExecutionException e) {
                        throw rethrown(e.getCause());
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private static RuntimeException rethrown(Throwable cause) {
            if (cause instanceof Error error) {
                throw error;
            }
            return (RuntimeException) cause;
        }
    }

    /**
     * Runs a task on the tracer's thread and waits for its end; what it throws is thrown here. A task may call it, too.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public <T> T call(Supplier<T> task) {
        while (true) {
            Worker current = worker();
            if (Thread.currentThread() == current.thread) {
                return task.get();
            }
            synchronized (current) {
                if (!current.ending) {
                    return current.call(task);
                }
            }
        }
    }

    /** As {@link #call}, without a result. */
    public void run(Runnable task) {
        call(() -> {
            task.run();
            return null;
        });
    }

    private synchronized Worker worker() {
        if (closed) {
            throw new IllegalStateException("the tracer is closed");
        }
        if (worker == null || worker.ending && Thread.currentThread() != worker.thread) {
            worker = new Worker(kernel);
        }
        return worker;
    }

    Kernel kernel() {
        return kernel;
    }

    /** The calls of this thread, which must be the tracer's. */
    TraceCalls trace() {
        Worker current = worker();
        if (Thread.currentThread() != current.thread) {
            throw new IllegalStateException("not the tracer's thread");
        }
        return current.trace;
    }

    /**
     * Ends the thread after the task that it runs, and so frees threads that could not be stopped and therefore not be
     * let go by PTRACE_DETACH either. The next task gets a new thread.
     */
    void endThread() {
        worker().ending = true;
    }

    /** Ends the thread; what it still holds goes on. */
    @Override
    public synchronized void close() {
        if (!closed && worker != null) {
            Worker last = worker;
            last.tasks.add(new FutureTask<>(() -> last.ending = true));
        }
        closed = true;
    }
}
