package io.bpf4j.tools.common;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM as a wish: the tool stops, detaches, prints its summary and ends with 0.
 *
 * <p>A second Ctrl-C ends the process at once, and so does a tool that has not ended within
 * {@link #PATIENCE}. A signal that the parent told us to ignore (nohup) stays ignored. There is one of
 * these in a process, because signals belong to the process.
 */
public final class Interrupts {

    /** How long a tool may take to end after it was asked to. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What a shell reports for a process that a signal ended: this and the signal's number. */
    private static final int SIGNALLED = 128;

    private static final Interrupts PROCESS = new Interrupts();

    private final CountDownLatch requested = new CountDownLatch(1);
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    Interrupts() {}

    /** Takes the signals of this process over; calling it again changes nothing. */
    public static Interrupts install() {
        synchronized (PROCESS) {
            PROCESS.handle("HUP", 1);
            PROCESS.handle("INT", 2);
            PROCESS.handle("TERM", 15);
        }
        return PROCESS;
    }

    // sun.misc.Signal is the JDK's only door to signals, exported for good (module jdk.unsupported, JEP 260);
    // by reflection, because javac warns of its name and offers no way to say that it is meant.
    private void handle(String name, int number) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[]{handler},
                    (proxy, method, arguments) -> arrived(number));
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
        } catch (InvocationTargetException ignoredByParent) {
            // The process was started with this signal ignored, and that was meant.
            return;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this Java has no sun.misc.Signal", e);
        }
    }

    private Object arrived(int number) {
        if (isRequested()) {
            Runtime.getRuntime().halt(SIGNALLED + number);
        }
        haltAfterPatience(number);
        request();
        return null;
    }

    private static void haltAfterPatience(int signal) {
        Thread.ofPlatform().daemon().name("patience").start(() -> {
            try {
                Thread.sleep(PATIENCE);
                Runtime.getRuntime().halt(SIGNALLED + signal);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Asks the tool to stop, as a signal does: also for {@code exit()} and the end of a duration. */
    public void request() {
        synchronized (this) {
            if (isRequested()) {
                return;
            }
            requested.countDown();
        }
        listeners.forEach(Runnable::run);
    }

    /** Returns whether the tool is to stop. */
    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Runs something, once and on any thread, when the tool is to stop: at once if it already is. */
    public void onRequest(Runnable listener) {
        boolean late;
        synchronized (this) {
            late = isRequested();
            if (!late) {
                listeners.add(listener);
            }
        }
        if (late) {
            listener.run();
        }
    }

    /** Waits until the tool is to stop or the time is over; returns whether it is to stop. */
    public boolean await(Duration time) {
        try {
            return requested.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
