package io.bpf4j.loader.sys;

import io.bpf4j.loader.sys.NativeMemory.Block;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * ptrace(2) and wait4(2). The thread that seizes is the tracer: every later call must come from it, and when it ends,
 * the kernel lets go of all that it traced (kernel/ptrace.c, exit_ptrace). Methods that return a {@code long} return 0
 * or a negated error number: ESRCH for a thread that is gone or is not stopped.
 *
 * <p>{@link #close} frees the memory that the kernel writes to; it does not detach.
 */
public final class TraceCalls implements AutoCloseable {
    /** How a stopped thread goes on. */
    public enum Resume {
        /** Until something happens: PTRACE_CONT. */
        RUN(7),
        /** Until it enters or leaves a system call: PTRACE_SYSCALL. */
        TO_SYSTEM_CALL(24),
        /** Not traced any more: PTRACE_DETACH. */
        DETACHED(17);

        private final int request;

        Resume(int request) {
            this.request = request;
        }
    }

    private static final int GET_REGISTERS = 12;
    private static final int SET_REGISTERS = 13;
    private static final int GET_SIGNAL_INFO = 0x4202;
    private static final int GET_REGISTER_SET = 0x4204;
    private static final int SEIZE = 0x4206;
    private static final int INTERRUPT = 0x4207;
    private static final int GET_SIGNAL_MASK = 0x420a;
    private static final int SET_SIGNAL_MASK = 0x420b;

    private static final int GET_SEQUENCE_CONFIGURATION = 0x420f; // Linux 5.13

    private static final long SEQUENCE_CONFIGURATION_SIZE = 24;
    private static final long VECTOR_STATE = 0x202; // NT_X86_XSTATE
    private static final long SIGNAL_SET_SIZE = 8;
    private static final long MARK_SYSTEM_CALLS = 1; // PTRACE_O_TRACESYSGOOD
    private static final long TELL_EXEC = 1 << 4; // PTRACE_O_TRACEEXEC
    private static final long SUSPEND_SECCOMP = 1 << 21; // PTRACE_O_SUSPEND_SECCOMP
    private static final long ALL_KINDS_AT_ONCE = 0x4000_0001L; // __WALL | WNOHANG
    private static final int SIGNAL_INFO_SIZE = 128;
    private static final int SIGNAL_CODE = 8; // si_code in siginfo_t

    private final Kernel kernel;
    private final NativeMemory memory = new NativeMemory();
    private final Block registers = memory.allocate(UserRegistersDescriptor.LENGTH);
    private final Block small = memory.allocate(SIGNAL_INFO_SIZE);
    private final Block vectorState = memory.allocate(VectorStateDescriptor.MAX_LENGTH);

    /** Calls on {@code kernel}. */
    public TraceCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Begins to trace a thread, which runs on.
     *
     * @param suspendSeccomp let it make any system call while it is traced; needs CAP_SYS_ADMIN, else EPERM
     */
    public long seize(int thread, boolean suspendSeccomp) {
        return ptrace(SEIZE, thread, 0, MARK_SYSTEM_CALLS | (suspendSeccomp ? SUSPEND_SECCOMP : 0));
    }

    /** Begins to trace a thread that is to stop when it executes a program, see {@link WaitStatus.Kind#EXECUTED}. */
    public long seizeUntilExec(int thread) {
        return ptrace(SEIZE, thread, 0, TELL_EXEC);
    }

    /** Asks a thread to stop, in whatever state it is. */
    public long interrupt(int thread) {
        return ptrace(INTERRUPT, thread, 0, 0);
    }

    /**
     * Lets a stopped thread go on.
     *
     * @param signal the one to deliver, out of a {@link WaitStatus.Kind#SIGNAL} stop; else 0
     */
    public long resume(int thread, Resume how, int signal) {
        return ptrace(how.request, thread, 0, signal);
    }

    /** Reads the registers of a stopped thread, {@link UserRegistersDescriptor#LENGTH} bytes. */
    public long registers(int thread, byte[] into) {
        long result = ptrace(GET_REGISTERS, thread, 0, registers.address());
        registers.bytes().get(0, into);
        return result;
    }

    /** Writes all registers of a stopped thread, in one step. */
    public long setRegisters(int thread, byte[] values) {
        registers.bytes().put(0, values);
        return ptrace(SET_REGISTERS, thread, 0, registers.address());
    }

    /** Reads the vector state of a stopped thread, see {@link VectorStateDescriptor}; empty if there is none. */
    public byte[] vectorState(int thread) {
        var vector = small.bytes();
        vector.putLong(0, vectorState.address()).putLong(Long.BYTES, vectorState.size());
        long result = ptrace(GET_REGISTER_SET, thread, VECTOR_STATE, small.address());
        return result < 0 ? new byte[0] : vectorState.copy((int) vector.getLong(Long.BYTES));
    }

    /**
     * The blocked signals of a stopped thread, bit {@code n - 1} for signal {@code n}: those that it goes on with, if
     * it waits in a system call that changes them meanwhile, such as ppoll. Empty for a thread that is not stopped.
     */
    public OptionalLong signalMask(int thread) {
        long result = ptrace(GET_SIGNAL_MASK, thread, SIGNAL_SET_SIZE, small.address());
        return result == 0 ? OptionalLong.of(small.bytes().getLong(0)) : OptionalLong.empty();
    }

    /** Sets the blocked signals of a stopped thread; SIGKILL and SIGSTOP never are. */
    public long setSignalMask(int thread, long mask) {
        small.bytes().putLong(0, mask);
        return ptrace(SET_SIGNAL_MASK, thread, SIGNAL_SET_SIZE, small.address());
    }

    /** Returns where a stopped thread has its {@code struct rseq}; 0 if nowhere, or if the kernel does not say. */
    public long restartableSequenceArea(int thread) {
        long length = ptrace(GET_SEQUENCE_CONFIGURATION, thread, SEQUENCE_CONFIGURATION_SIZE,
                small.address());
        return length < Long.BYTES ? 0 : small.bytes().getLong(0); // rseq_abi_pointer comes first
    }

    /** Whether the signal at which a thread has stopped is one that its own doing raised, such as a bad address. */
    public boolean isFault(int thread) {
        return ptrace(GET_SIGNAL_INFO, thread, 0, small.address()) == 0
                && small.bytes().getInt(SIGNAL_CODE) > 0;
    }

    /** What happened to a traced thread since it was asked last; empty if nothing has. A lost thread has ended. */
    public Optional<WaitStatus> poll(int thread) {
        small.bytes().putInt(0, 0);
        long result = kernel.call(Syscall.WAIT4, thread, small.address(), ALL_KINDS_AT_ONCE, 0, 0, 0);
        if (result == 0 || result == -Errno.EINTR.number()) {
            return Optional.empty();
        }
        return Optional.of(new WaitStatus(result < 0 ? 0 : small.bytes().getInt(0)));
    }

    private long ptrace(int request, int thread, long address, long data) {
        return kernel.call(Syscall.PTRACE, request, thread, address, data, 0, 0);
    }

    @Override
    public void close() {
        memory.close();
    }
}
