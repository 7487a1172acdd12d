package io.bpf4j.loader.proc;

/**
 * Tells whether one process still runs. A process id is given again after its process has gone; the start time beside
 * it is not.
 *
 * @param pid        process id
 * @param startTicks clock ticks from boot to its start, from {@code /proc/PID/stat}
 */
public record ProcessWatch(int pid, long startTicks) {

    /** Watches the process that has this id now; throws {@link NoSuchProcessException} when there is none. */
    public static ProcessWatch of(int pid) {
        ProcessStat stat = ProcessStat.of(pid);
        if (!stat.isAlive()) {
            throw new NoSuchProcessException(pid, "process %d has exited".formatted(pid));
        }
        return new ProcessWatch(pid, stat.startTicks());
    }

    /** Whether that very process still runs; a zombie does not. */
    public boolean isAlive() {
        try {
            ProcessStat stat = ProcessStat.of(pid);
            return stat.startTicks() == startTicks && stat.isAlive();
        } catch (NoSuchProcessException e) {
            return false;
        }
    }
}
