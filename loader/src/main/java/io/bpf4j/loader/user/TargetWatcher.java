package io.bpf4j.loader.user;

import io.bpf4j.loader.proc.ProcessException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks a few times a second whether the targets have loaded more code, or have become other programs. */
final class TargetWatcher {

    /** Between two looks, in nanoseconds. */
    private static final long PERIOD = 250_000_000;
    /** The same while a probe waits for code that is not loaded. */
    private static final long WAITING_PERIOD = 100_000_000;

    private final boolean follow;
    private final Map<TracedProcess, Runnable> targets = new LinkedHashMap<>();
    private final Set<TracedProcess> gone = new HashSet<>();
    private final List<String> notes = new ArrayList<>();
    private long next = System.nanoTime() + WAITING_PERIOD;

    /**
     * Watches.
     *
     * @param follow whether to attach to the program that a target becomes
     */
    TargetWatcher(boolean follow) {
        this.follow = follow;
    }

    /** Takes a target, with how to attach what is not attached in it. */
    void add(TracedProcess process, Runnable attach) {
        targets.put(process, attach);
    }

    Set<TracedProcess> processes() {
        return targets.keySet();
    }

    /** Returns what happened, the oldest first. */
    List<String> notes() {
        return notes;
    }

    /** Returns whether a process is none of the targets any more, though it runs. */
    boolean hasLost(int pid) {
        return gone.stream().anyMatch(process -> process.pid() == pid);
    }

    /** Returns the nanoseconds until it is time to look again. */
    long untilNext(long now) {
        return Math.max(0, next - now);
    }

    /** Looks, if it is time to. */
    void look(long now) {
        if (now - next < 0) {
            return;
        }
        targets.keySet().stream().filter(process -> !gone.contains(process)).toList().forEach(this::look);
        next = System.nanoTime() + (isWaiting() ? WAITING_PERIOD : PERIOD);
    }

    private boolean isWaiting() {
        return targets.keySet().stream().anyMatch(TracedProcess::isWaiting);
    }

    private void look(TracedProcess process) {
        switch (process.look()) {
            case CODE -> attach(process);
            case PROGRAM -> {
                notes.add("process " + process.pid() + " has become another program (execve)"
                        + (follow ? "" : "; its probes are gone"));
                if (follow) {
                    attach(process);
                } else {
                    gone.add(process);
                }
            }
            case ENDED -> gone.add(process);
            default -> {
                return; // as it was
            }
        }
    }

    private void attach(TracedProcess process) {
        int before = process.sites();
        try {
            targets.get(process).run();
        } catch (ProcessException e) {
            gone.add(process); // it has ended meanwhile
        }
        int more = process.sites() - before;
        if (more > 0) {
            notes.add("process " + process.pid() + " has loaded code: " + more
                    + (more == 1 ? " more site" : " more sites") + " attached");
        }
    }
}
