package io.bpf4j.loader.sys;

import io.bpf4j.loader.sys.NativeMemory.Block;
import java.util.function.Supplier;

/**
 * The operating system, as narrow as it gets: one method to implement, {@link #call}; the rest is spelled with it. A
 * test that needs no real kernel implements that one method.
 *
 * <p>
 * Methods that return an {@link Fd} or a {@link Mapping} hand over its ownership. All throw {@link SystemCallException}
 * where the kernel answers with an error, but for {@link #call} and {@link #bpf}, which return it.
 */
public interface Kernel {
    /**
     * Makes a system call on the calling thread. Unused arguments are 0.
     *
     * @return the result, or a negated error number (-4095 to -1), as the kernel itself answers
     */
    long call(Syscall call, long a, long b, long c, long d, long e, long f);

    /**
     * Makes a {@code bpf()} call.
     *
     * @param attribute
     *            a {@code union bpf_attr}, of which the kernel reads and writes {@code attribute.size()} bytes
     * @return the result, or a negated error number
     */
    default long bpf(Command command, Block attribute) {
        return call(Syscall.BPF, command.number(), attribute.address(), attribute.size(), 0, 0, 0);
    }

    /** {@link #bpf}, with an exception in place of an error number. */
    default long requireBpf(Command command, Block attribute, Supplier<String> detail) {
        return SystemCallException.check(bpf(command, attribute), command.call(), detail);
    }

    /**
     * Opens a perf event, to be closed on exec.
     *
     * @param attribute
     *            a {@code struct perf_event_attr}, see {@link PerfCalls}
     * @param pid
     *            the process to watch, 0 for this one, -1 for all
     * @param cpu
     *            the CPU to watch, -1 for all
     */
    default Fd openPerfEvent(Block attribute, int pid, int cpu, Supplier<String> detail) {
        long closeOnExec = 8; // PERF_FLAG_FD_CLOEXEC
        long noGroup = -1;
        return fd(call(Syscall.PERF_EVENT_OPEN, attribute.address(), pid, cpu, noGroup, closeOnExec, 0),
                Syscall.PERF_EVENT_OPEN, detail);
    }

    /** Controls the device behind {@code fd}. */
    default long ioctl(Fd fd, long request, long argument, Supplier<String> detail) {
        return SystemCallException.check(call(Syscall.IOCTL, fd.number(), request, argument, 0, 0, 0),
                "ioctl", detail);
    }

    /**
     * Maps a file's bytes, shared with all who map it.
     *
     * @param offset
     *            where in the file to begin, a multiple of the page size
     * @param length
     *            how many bytes, at most 2 GiB
     */
    default Mapping map(Fd fd, Access access, long offset, int length, Supplier<String> detail) {
        long shared = 1; // MAP_SHARED
        long address = call(Syscall.MMAP, 0, length, access.protection(), shared, fd.number(), offset);
        return new Mapping(this, SystemCallException.check(address, "mmap", detail), length);
    }

    /** Reads at most {@code target.size()} bytes at the file's position; 0 at its end. */
    default int read(Fd fd, Block target, Supplier<String> detail) {
        return (int) SystemCallException.check(
                call(Syscall.READ, fd.number(), target.address(), target.size(), 0, 0, 0), "read", detail);
    }

    /** Reads at most {@code target.size()} bytes at {@code position}; 0 at the end. */
    default int read(Fd fd, Block target, long position, Supplier<String> detail) {
        return (int) SystemCallException.check(
                call(Syscall.PREAD, fd.number(), target.address(), target.size(), position, 0, 0), "pread64",
                detail);
    }

    /**
     * Writes all of {@code source}, or fails; for files that take a write whole, such as eventfds and control files.
     */
    default void write(Fd fd, Block source, Supplier<String> detail) {
        SystemCallException.check(call(Syscall.WRITE, fd.number(), source.address(), source.size(), 0, 0, 0),
                "write",
                detail);
    }

    /** A counter that wakes whoever polls it (eventfd(2)): non-blocking, closed on exec. */
    default Fd eventCounter() {
        long flags = 0x80800; // EFD_CLOEXEC | EFD_NONBLOCK
        return fd(call(Syscall.EVENTFD2, 0, flags, 0, 0, 0, 0), Syscall.EVENTFD2,
                () -> "creating an event counter");
    }

    /** A file in memory only, of {@code size} zero bytes (memfd_create(2)), closed on exec. */
    default Fd memoryFile(String name, long size) {
        try (var memory = new NativeMemory()) {
            long closeOnExec = 1; // MFD_CLOEXEC
            var file = fd(call(Syscall.MEMFD_CREATE, memory.string(name).address(), closeOnExec, 0, 0, 0, 0),
                    Syscall.MEMFD_CREATE, () -> "creating memory file " + name);
            try {
                SystemCallException.check(call(Syscall.FTRUNCATE, file.number(), size, 0, 0, 0, 0),
                        "ftruncate",
                        () -> "sizing memory file " + name + " to " + size + " bytes");
                return file;
            } catch (SystemCallException e) {
                file.close();
                throw e;
            }
        }
    }

    /**
     * As {@link #memoryFile}, of a size that nobody can change any more, and for its owner alone should
     * somebody come to it through /proc.
     */
    default Fd sealedMemoryFile(String name, long size) {
        long addSeals = 1033; // F_ADD_SEALS
        long seals = 7; // F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW
        long ownerOnly = 0x180; // S_IRUSR | S_IWUSR
        try (var memory = new NativeMemory()) {
            long flags = 3; // MFD_CLOEXEC | MFD_ALLOW_SEALING
            var file = fd(call(Syscall.MEMFD_CREATE, memory.string(name).address(), flags, 0, 0, 0, 0),
                    Syscall.MEMFD_CREATE, () -> "creating memory file " + name);
            try {
                SystemCallException.check(call(Syscall.FCHMOD, file.number(), ownerOnly, 0, 0, 0, 0),
                        "fchmod",
                        () -> "closing memory file " + name + " to others");
                SystemCallException.check(call(Syscall.FTRUNCATE, file.number(), size, 0, 0, 0, 0),
                        "ftruncate",
                        () -> "sizing memory file " + name + " to " + size + " bytes");
                SystemCallException.check(call(Syscall.FCNTL, file.number(), addSeals, seals, 0, 0, 0),
                        "fcntl",
                        () -> "fixing the size of memory file " + name);
                return file;
            } catch (SystemCallException e) {
                file.close();
                throw e;
            }
        }
    }

    /**
     * A handle of process {@code pid} that stays right when the pid is reused (pidfd_open(2)); readable when it ends.
     */
    default Fd openProcess(int pid) {
        return fd(call(Syscall.PIDFD_OPEN, pid, 0, 0, 0, 0, 0), Syscall.PIDFD_OPEN,
                () -> "opening process " + pid);
    }

    /** Sends {@code signal} to the process behind a handle; 0 only asks whether it is there. */
    default void sendSignal(Fd process, int signal) {
        SystemCallException.check(call(Syscall.PIDFD_SEND_SIGNAL, process.number(), signal, 0, 0, 0, 0),
                "pidfd_send_signal", () -> "sending signal " + signal);
    }

    /** A copy of descriptor {@code number} of another process (pidfd_getfd(2)). */
    default Fd takeDescriptor(Fd process, int number) {
        return fd(call(Syscall.PIDFD_GETFD, process.number(), number, 0, 0, 0, 0), Syscall.PIDFD_GETFD,
                () -> "taking descriptor " + number + " of another process");
    }

    /** The effective user id; 0 is root. */
    default int effectiveUser() {
        return (int) call(Syscall.GETEUID, 0, 0, 0, 0, 0, 0);
    }

    /**
     * Waits until every BPF program that runs now has ended: one that starts later sees what user space wrote to maps
     * before this call. It is membarrier(2)'s MEMBARRIER_CMD_GLOBAL, which is synchronize_rcu() (programs run as its
     * readers; kernel/sched/membarrier.c), and takes some milliseconds.
     *
     * @return whether it waited; kernels without membarrier or with CPUs that have no clock tick cannot
     */
    default boolean awaitRunningPrograms() {
        long global = 1; // MEMBARRIER_CMD_GLOBAL
        return call(Syscall.MEMBARRIER, global, 0, 0, 0, 0, 0) == 0;
    }

    /**
     * Lifts this process's limit of locked memory, which kernels before 5.11 charge maps and programs to; without the
     * right to do so nothing changes.
     */
    default void liftLockedMemoryLimit() {
        int lockedMemory = 8; // RLIMIT_MEMLOCK
        try (var memory = new NativeMemory()) {
            var limit = memory.allocate(2 * Long.BYTES);
            limit.bytes().putLong(0, -1).putLong(Long.BYTES, -1); // RLIM_INFINITY, soft and hard
            call(Syscall.PRLIMIT64, 0, lockedMemory, limit.address(), 0, 0, 0);
        }
    }

    /** Wraps the descriptor that a call returned. */
    default Fd fd(long result, Syscall call, Supplier<String> detail) {
        return new Fd(this, (int) SystemCallException.check(result, call.spelling(), detail));
    }

    /** Wraps the descriptor that a {@code bpf()} command returned. */
    default Fd bpfFd(Command command, Block attribute, Supplier<String> detail) {
        return new Fd(this, (int) requireBpf(command, attribute, detail));
    }
}
