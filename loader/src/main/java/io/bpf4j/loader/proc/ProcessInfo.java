package io.bpf4j.loader.proc;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/**
 * Who a process is, at the moment of asking.
 *
 * @param pid          process id in our own pid namespace
 * @param namespacePid process id in its own pid namespace, the one that its {@code getpid()} gives
 * @param parent       process id of the parent, 0 when that is outside our pid namespace
 * @param uid          real user id
 * @param comm         name of the main thread, up to 15 bytes
 * @param executable   path of the executable in its own mount namespace, perhaps with {@code " (deleted)"}; empty for
 *                     kernel threads, zombies, and processes that we may not look into
 * @param startTicks   clock ticks from boot to its start
 */
public record ProcessInfo(int pid, int namespacePid, int parent, int uid, String comm,
        Optional<String> executable,
        long startTicks) {

    /**
     * Reads about a process.
     *
     * @throws NoSuchProcessException when there is none, or {@code pid} is that of a thread within one
     */
    public static ProcessInfo of(int pid) {
        var folder = new ProcFolder(pid);
        String status = folder.text("status");
        int group = Integer.parseInt(field(status, "Tgid").orElse(Integer.toString(pid)));
        if (group != pid) {
            throw new NoSuchProcessException(pid,
                    "%d is not a process but a thread of process %d".formatted(pid, group));
        }
        ProcessStat stat = ProcessStat.of(pid);
        String[] ids = field(status, "NSpid").orElse(Integer.toString(pid)).split("\\s+");
        String uid = field(status, "Uid").orElseThrow().split("\\s+")[0];
        return new ProcessInfo(pid, Integer.parseInt(ids[ids.length - 1]), stat.parent(),
                Integer.parseUnsignedInt(uid),
                stat.comm(), executableOf(folder), stat.startTicks());
    }

    /** The processes that we can see, in the order of their ids; those that go while we look are left out. */
    public static List<ProcessInfo> all() {
        return ProcFolder.processes().stream().flatMap(pid -> {
            try {
                return Optional.of(of(pid)).stream();
            } catch (ProcessException e) {
                return Optional.<ProcessInfo>empty().stream();
            }
        }).toList();
    }

    /** Ids of its threads now, ascending; the first thread's is {@code pid} itself. */
    public List<Integer> threads() {
        return new ProcFolder(pid).numbers("task");
    }

    /** Ids of its child processes now, ascending. */
    public List<Integer> children() {
        return ProcFolder.processes().stream().filter(child -> {
            try {
                return ProcessStat.of(child).parent() == pid;
            } catch (ProcessException e) {
                return false;
            }
        }).toList();
    }

    /** Whether it is still the same process that runs. */
    public boolean isAlive() {
        return new ProcessWatch(pid, startTicks).isAlive();
    }

    private static Optional<String> executableOf(ProcFolder folder) {
        try {
            return Optional.of(Files.readSymbolicLink(folder.path("exe")).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> field(String status, String name) {
        return status.lines().filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip()).findFirst();
    }
}
