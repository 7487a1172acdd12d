package io.bpf4j.loader.proc;

import java.nio.file.Files;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a thread is and does, at the moment of asking (fs/proc/array.c, proc_pid_status and do_task_stat).
 *
 * @param process        process id
 * @param id             thread id; that of a process's first thread is the process id
 * @param name           up to 15 bytes
 * @param state          one letter: {@code R}unning, {@code S}leeping, {@code D} for a sleep that nothing interrupts,
 *                       {@code T} stopped, {@code t} stopped by its tracer, {@code Z} for a zombie
 * @param parent         process id of the parent
 * @param uid            effective user id
 * @param tracer         process id of its debugger or the like, 0 for none
 * @param threads        how many threads the process has, those included that are about to go
 * @param namespaceId    its id in its own process namespace
 * @param seccomp        0 for none, 1 for the strict mode, 2 for a filter of system calls
 * @param blocked        the signals that it has blocked, number 1 in bit 0
 * @param isKernelThread whether it never runs user code
 */
public record ThreadInfo(int process, int id, String name, char state, int parent, int uid, int tracer,
        int threads, int namespaceId, int seccomp, long blocked, boolean isKernelThread) {

    /** PF_KTHREAD of include/linux/sched.h. */
    private static final long KERNEL_THREAD = 0x0020_0000;
    /** Counted behind the closing parenthesis of the name. */
    private static final int FLAGS_FIELD = 6;

    /**
     * Reads about a thread.
     *
     * @throws NoSuchProcessException when it is not there
     */
    public static ThreadInfo of(int process, int id) {
        Map<String, String> status = text(process, id, "status").lines()
                .collect(Collectors.toMap(line -> line.substring(0, line.indexOf(':')),
                        line -> line.substring(line.indexOf(':') + 1).strip(), (first, second) -> first));
        String stat = text(process, id, "stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return new ThreadInfo(process, id, status.get("Name"), status.get("State").charAt(0),
                number(status, "PPid"), Integer.parseUnsignedInt(status.get("Uid").split("\\s+")[1]),
                number(status, "TracerPid"), number(status, "Threads"), namespaceId(status, id),
                number(status, "Seccomp"), Long.parseUnsignedLong(status.getOrDefault("SigBlk", "0"), 16),
                (Long.parseLong(fields[FLAGS_FIELD]) & KERNEL_THREAD) != 0);
    }

    /** A thread may end between the opening of its file and the reading, which gives an error without a name. */
    private static String text(int process, int id, String file) {
        var folder = new ProcFolder(process);
        try {
            return folder.text("task/" + id + "/" + file);
        } catch (ProcessAccessException e) {
            if (!Files.exists(folder.path("task/" + id))) {
                throw new NoSuchProcessException(process,
                        "thread %d of process %d has ended".formatted(id, process));
            }
            throw e;
        }
    }

    /** Whether a thread has ended, or is not there any more. */
    public static boolean hasEnded(int process, int id) {
        try {
            return of(process, id).hasEnded();
        } catch (NoSuchProcessException e) {
            return true;
        }
    }

    private static int namespaceId(Map<String, String> status, int id) {
        String[] ids = status.getOrDefault("NSpid", Integer.toString(id)).split("\\s+");
        return Integer.parseInt(ids[ids.length - 1]);
    }

    private static int number(Map<String, String> status, String name) {
        return Integer.parseInt(status.getOrDefault(name, "0"));
    }

    /** Whether it has ended and only waits to be noticed. */
    public boolean hasEnded() {
        return state == 'Z' || state == 'X';
    }
}
