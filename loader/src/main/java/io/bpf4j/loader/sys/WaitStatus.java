package io.bpf4j.loader.sys;

/**
 * What wait4(2) says about a traced thread.
 *
 * <pre>
 *  31            24              16               8               0
 *  +---------------+---------------+---------------+---------------+
 *  | 0             | ptrace event  | signal        | 0x7f          |  stopped
 *  +---------------+---------------+---------------+---------------+
 *  | 0                             | exit code     | signal or 0   |  ended
 *  +-------------------------------+---------------+---------------+
 * </pre>
 *
 * @param bits as the kernel gives them
 */
public record WaitStatus(int bits) {
    private static final int STOPPED = 0x7f;
    private static final int EVENT_STOP = 128; // PTRACE_EVENT_STOP
    private static final int EVENT_EXEC = 4; // PTRACE_EVENT_EXEC
    private static final int TRAP = 5; // SIGTRAP
    private static final int SYSTEM_CALL = TRAP | 0x80; // with PTRACE_O_TRACESYSGOOD

    /** What happened. */
    public enum Kind {
        /** It ended, or another thread's exec ended it. */
        ENDED,
        /** It stopped because PTRACE_INTERRUPT asked it to, or has just begun to be traced. */
        INTERRUPTED,
        /** Its whole process is stopped by SIGSTOP, SIGTSTP, SIGTTIN or SIGTTOU. */
        GROUP_STOPPED,
        /** It is about to enter, or has just done, a system call. */
        SYSTEM_CALL,
        /** It has become another program, of which nothing has run yet. */
        EXECUTED,
        /** A signal is about to be delivered. */
        SIGNAL
    }

    /** Which of them it is. */
    public Kind kind() {
        if ((bits & 0xff) != STOPPED) {
            return Kind.ENDED;
        }
        if (bits >> 16 == EVENT_STOP) {
            return signal() == TRAP ? Kind.INTERRUPTED : Kind.GROUP_STOPPED;
        }
        if (bits >> 16 == EVENT_EXEC) {
            return Kind.EXECUTED;
        }
        return signal() == SYSTEM_CALL ? Kind.SYSTEM_CALL : Kind.SIGNAL;
    }

    /** The signal's number, of a stop. */
    public int signal() {
        return bits >> 8 & 0xff;
    }
}
