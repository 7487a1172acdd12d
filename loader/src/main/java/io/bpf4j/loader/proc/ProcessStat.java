package io.bpf4j.loader.proc;

/**
 * The fields of {@code /proc/PID/stat} that we use (fs/proc/array.c, do_task_stat; proc_pid_stat(5)).
 *
 * @param comm       name of the main thread, up to 15 bytes
 * @param state      one letter, {@code Z} for a zombie
 * @param parent     process id of the parent
 * @param startTicks clock ticks from boot to the start of the process; with the pid it names a process for good
 */
record ProcessStat(String comm, char state, int parent, long startTicks) {

    /** Counted behind the closing parenthesis of the name, which may itself hold spaces and parentheses. */
    private static final int STATE_FIELD = 0;
    private static final int PARENT_FIELD = 1;
    private static final int START_FIELD = 19;

    static ProcessStat of(int pid) {
        return parse(new ProcFolder(pid).text("stat"));
    }

    static ProcessStat parse(String text) {
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        String[] fields = text.substring(close + 2).split(" ");
        return new ProcessStat(text.substring(open + 1, close), fields[STATE_FIELD].charAt(0),
                Integer.parseInt(fields[PARENT_FIELD]), Long.parseLong(fields[START_FIELD]));
    }

    /** Whether it still runs: a zombie only waits for its parent to notice. */
    boolean isAlive() {
        return state != 'Z' && state != 'X' && state != 'x';
    }
}
