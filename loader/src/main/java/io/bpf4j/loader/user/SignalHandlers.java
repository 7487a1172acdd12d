package io.bpf4j.loader.user;

import io.bpf4j.loader.inject.RemoteCalls;
import io.bpf4j.loader.inject.TargetMemory;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.loader.user.SessionHeader.Actions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Puts our handler of faults in front of a process's own, and takes it away again if it is still the first.
 *
 * <pre>
 * struct sigaction of the kernel (include/linux/signal_types.h):
 *  0 handler (u64) | 8 flags (u64) | 16 restorer (u64) | 24 mask (u64)
 * </pre>
 */
final class SignalHandlers {

    private static final int FLAGS = 8;
    private static final int RESTORER = 16;
    private static final int SET_BYTES = 8;
    private static final int SIGSEGV = 11;
    private static final int SIGBUS = 7;
    private static final long WITH_INFO = 0x4; // SA_SIGINFO
    private static final long ON_STACK = 0x0800_0000; // SA_ONSTACK
    private static final long WITH_RESTORER = 0x0400_0000; // SA_RESTORER
    private static final long ONCE = 0x8000_0000L; // SA_RESETHAND

    private final RemoteCalls calls;
    private final TargetMemory memory;

    /** Works by calls in the process. */
    SignalHandlers(RemoteCalls calls, TargetMemory memory) {
        this.calls = calls;
        this.memory = memory;
    }

    /** Returns what the process does by itself, to be handed to {@link #install} and {@link #restore}. */
    Actions own(long handler) {
        return new Actions(handler, current(SIGSEGV), current(SIGBUS));
    }

    /** Returns the address of the handler in a struct sigaction. */
    static long handlerOf(byte[] action) {
        return ByteBuffer.wrap(action).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    }

    /**
     * Installs a handler in front of those that there are.
     *
     * @param signalReturn the address of code that ends a handler
     */
    void install(Actions own, long signalReturn) {
        set(SIGSEGV, inFrontOf(own.segment(), own.handler(), signalReturn));
        set(SIGBUS, inFrontOf(own.bus(), own.handler(), signalReturn));
    }

    private static byte[] inFrontOf(byte[] own, long handler, long signalReturn) {
        ByteBuffer action = ByteBuffer.wrap(own.clone()).order(ByteOrder.LITTLE_ENDIAN);
        long flags = action.getLong(FLAGS);
        if ((flags & WITH_RESTORER) == 0) {
            action.putLong(RESTORER, signalReturn);
        }
        action.putLong(0, handler);
        action.putLong(FLAGS, (flags | WITH_INFO | ON_STACK | WITH_RESTORER) & ~ONCE);
        return action.array();
    }

    /**
     * Restores the process's own actions.
     *
     * @return false if ours is not the first any more: somebody may have kept its address, and hand faults on to it or
     *         put it back, so that it has to stay
     */
    boolean restore(Actions own) {
        if (own.handler() == 0) {
            return true;
        }
        if (handlerOf(current(SIGSEGV)) != own.handler() || handlerOf(current(SIGBUS)) != own.handler()) {
            return false;
        }
        set(SIGSEGV, own.segment());
        set(SIGBUS, own.bus());
        return true;
    }

    private byte[] current(int signal) {
        calls.require(Syscall.RT_SIGACTION, "asking for the handler of signal " + signal, signal, 0,
                calls.scratch(),
                SET_BYTES);
        return memory.read(calls.scratch(), Actions.BYTES);
    }

    private void set(int signal, byte[] action) {
        memory.write(calls.scratch(), action);
        calls.require(Syscall.RT_SIGACTION, "setting the handler of signal " + signal, signal,
                calls.scratch(), 0,
                SET_BYTES);
    }
}
