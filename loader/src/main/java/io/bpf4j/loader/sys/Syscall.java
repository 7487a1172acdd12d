package io.bpf4j.loader.sys;

/**
 * The system calls that this project makes, with their x86-64 numbers (arch/x86/entry/syscalls/syscall_64.tbl).
 *
 * <p>
 * Another architecture means another column here and nothing else.
 */
public enum Syscall {
    READ(0, "read"), //
    WRITE(1, "write"), //
    CLOSE(3, "close"), //
    MMAP(9, "mmap"), //
    MPROTECT(10, "mprotect"), //
    MUNMAP(11, "munmap"), //
    RT_SIGACTION(13, "rt_sigaction"), //
    IOCTL(16, "ioctl"), //
    PREAD(17, "pread64"), //
    PWRITE(18, "pwrite64"), //
    MADVISE(28, "madvise"), //
    GETPID(39, "getpid"), //
    SENDMSG(46, "sendmsg"), //
    RECVMSG(47, "recvmsg"), //
    SOCKETPAIR(53, "socketpair"), //
    WAIT4(61, "wait4"), //
    KILL(62, "kill"), //
    FCNTL(72, "fcntl"), //
    FTRUNCATE(77, "ftruncate"), //
    FCHMOD(91, "fchmod"), //
    PTRACE(101, "ptrace"), //
    GETEUID(107, "geteuid"), //
    PRCTL(157, "prctl"), //
    GETTID(186, "gettid"), //
    FUTEX(202, "futex"), //
    TGKILL(234, "tgkill"), //
    OPENAT(257, "openat"), //
    EPOLL_WAIT(232, "epoll_wait"), //
    EPOLL_CTL(233, "epoll_ctl"), //
    EVENTFD2(290, "eventfd2"), //
    EPOLL_CREATE1(291, "epoll_create1"), //
    PERF_EVENT_OPEN(298, "perf_event_open"), //
    PRLIMIT64(302, "prlimit64"), //
    PROCESS_VM_READV(310, "process_vm_readv"), //
    MEMFD_CREATE(319, "memfd_create"), //
    BPF(321, "bpf"), //
    MEMBARRIER(324, "membarrier"), //
    PIDFD_SEND_SIGNAL(424, "pidfd_send_signal"), //
    FSOPEN(430, "fsopen"), //
    FSCONFIG(431, "fsconfig"), //
    FSMOUNT(432, "fsmount"), //
    PIDFD_OPEN(434, "pidfd_open"), //
    PIDFD_GETFD(438, "pidfd_getfd"), //
    FUTEX_WAITV(449, "futex_waitv");

    private final int number;
    private final String spelling;

    Syscall(int number, String spelling) {
        this.number = number;
        this.spelling = spelling;
    }

    /** The number that goes into {@code rax}. */
    public int number() {
        return number;
    }

    /** The kernel's name of the call. */
    public String spelling() {
        return spelling;
    }
}
