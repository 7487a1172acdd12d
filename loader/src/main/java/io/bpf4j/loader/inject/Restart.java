package io.bpf4j.loader.inject;

import io.bpf4j.loader.sys.Errno;
import io.bpf4j.vm.abi.PtRegs;
import java.util.Set;

/** What becomes of a system call in which a thread was stopped. */
final class Restart {
    // include/linux/errno.h: results that no user code sees
    private static final int RESTART_SYS = -512;
    private static final int RESTART_NO_INTR = -513;
    private static final int RESTART_NO_HAND = -514;
    private static final int RESTART_BLOCK = -516;

    /**
     * Calls that give EINTR whenever they are woken, also by a tracer's stop, and have done nothing then (signal(7),
     * "even if SA_RESTART was used"): read, recvfrom, recvmsg, semop, msgsnd, msgrcv, rt_sigtimedwait, io_getevents,
     * semtimedop, epoll_wait, accept, epoll_pwait, accept4, io_pgetevents, io_uring_enter, epoll_pwait2.
     */
    private static final Set<Long> REPEATABLE = Set.of(0L, 43L, 45L, 47L, 65L, 69L, 70L, 128L, 208L, 220L,
            232L,
            281L, 288L, 333L, 426L, 441L);

    private Restart() {}

    /** Whether the kernel will make the call again if no signal handler is to run. */
    static boolean isPending(Registers registers) {
        if (!registers.isInSystemCall()) {
            return false;
        }
        return isRestart(registers.get(PtRegs.AX));
    }

    /** Whether a result is one that no user code sees. */
    static boolean isRestart(long result) {
        return result == RESTART_SYS || result == RESTART_NO_INTR || result == RESTART_NO_HAND
                || result == RESTART_BLOCK;
    }

    /**
     * Hides a stop from a call that it interrupted for good: with the changed result, the kernel makes the call again,
     * or lets it fail with EINTR if a handler runs first.
     */
    static Registers hide(Registers registers) {
        boolean interrupted = registers.get(PtRegs.AX) == -Errno.EINTR.number()
                && REPEATABLE.contains(registers.get(PtRegs.ORIG_AX));
        return interrupted ? registers.with(PtRegs.AX, RESTART_NO_HAND) : registers;
    }
}
