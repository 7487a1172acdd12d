package io.bpf4j.loader;

import io.bpf4j.vm.program.ProgramUnit;
import java.time.Duration;
import java.util.List;

/**
 * A unit that runs. Used by one thread, but for {@link #wake} and {@link #close}.
 *
 * <p>Nothing of it outlives {@link #close}, nor the process that opened it.
 */
public interface Session extends AutoCloseable {

    /** Returns what runs. */
    ProgramUnit unit();

    /** Returns what became of each probe point. */
    List<Attachment> attachments();

    /**
     * Passes the events that are there to the handler; waits for the first one if there is none.
     *
     * @param timeout how long to wait at most; zero = not at all
     * @return the number of events
     */
    int poll(Duration timeout, EventHandler handler);

    /** Ends a {@link #poll} that waits, or the next one that would; from any thread. */
    void wake();

    /** Returns whether every traced process has ended; false if none was named. */
    boolean targetsEnded();

    /**
     * Returns a map by name.
     *
     * @throws IllegalArgumentException if the unit has none of that name
     */
    SessionMap map(String name);

    /** Returns the losses so far, those that are not zero. */
    List<Loss> losses();

    /** Returns what happened to the targets so far that is worth knowing, half a sentence each, the oldest first. */
    default List<String> notes() {
        return List.of();
    }

    /**
     * Waits until no program runs in a traced process that runs now; in user mode only, as the kernel has its own way.
     */
    default void awaitRunningPrograms() {}

    /** Detaches every probe and runs the {@code end} programs; events and maps can still be read. */
    void detach();

    @Override
    void close();
}
