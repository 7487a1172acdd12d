package io.bpf4j.loader.user;

import io.bpf4j.loader.inject.RemoteCalls;
import io.bpf4j.loader.inject.TargetMemory;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.vm.jit.x64.ProcessBlock;
import io.bpf4j.vm.memory.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts our handler of faults in front of a process's own, and takes it away again if it is still the first.
 *
 * <pre>
 * struct sigaction of the kernel (include/linux/signal_types.h):
 *  0 handler (u64) | 8 flags (u64) | 16 restorer (u64) | 24 mask (u64)
 * </pre>
 */
final class SignalHandlers {

    private static final int BYTES = 32;
    private static final int FLAGS = 8;
    private static final int RESTORER = 16;
    private static final int SET_BYTES = 8;
    private static final int SIGSEGV = 11;
    private static final int SIGBUS = 7;
    private static final long WITH_INFO = 0x4; // SA_SIGINFO
    private static final long ON_STACK = 0x0800_0000; // SA_ONSTACK
    private static final long WITH_RESTORER = 0x0400_0000; // SA_RESTORER
    private static final long ONCE = 0x8000_0000L; // SA_RESETHAND

    private final Memory arena;
    private final long processBlock;
    private final Map<Integer, byte[]> originals = new TreeMap<>();
    private long handler;

    /** Keeps the old handlers in a process block, by its address in this process. */
    SignalHandlers(Memory arena, long processBlock) {
        this.arena = arena;
        this.processBlock = processBlock;
    }

    /**
     * Installs a handler.
     *
     * @param newHandler its address in the process
     * @param signalReturn the address of code that ends a handler
     */
    void install(RemoteCalls calls, TargetMemory memory, long newHandler, long signalReturn) {
        this.handler = newHandler;
        install(calls, memory, SIGSEGV, ProcessBlock.OLD_SEGMENT_HANDLER, signalReturn);
        install(calls, memory, SIGBUS, ProcessBlock.OLD_BUS_HANDLER, signalReturn);
    }

    private void install(RemoteCalls calls, TargetMemory memory, int signal, ProcessBlock old, long signalReturn) {
        byte[] original = current(calls, memory, signal);
        ByteBuffer action = ByteBuffer.wrap(original.clone()).order(ByteOrder.LITTLE_ENDIAN);
        arena.putLongRelease(processBlock + old.offset(), action.getLong(0));
        long flags = action.getLong(FLAGS);
        if ((flags & WITH_RESTORER) == 0) {
            action.putLong(RESTORER, signalReturn);
        }
        action.putLong(0, handler);
        action.putLong(FLAGS, (flags | WITH_INFO | ON_STACK | WITH_RESTORER) & ~ONCE);
        memory.write(calls.scratch(), action.array());
        calls.require(Syscall.RT_SIGACTION, "setting the handler of signal " + signal, signal, calls.scratch(), 0,
                SET_BYTES);
        originals.put(signal, original);
    }

    private static byte[] current(RemoteCalls calls, TargetMemory memory, int signal) {
        calls.require(Syscall.RT_SIGACTION, "asking for the handler of signal " + signal, signal, 0, calls.scratch(),
                SET_BYTES);
        return memory.read(calls.scratch(), BYTES);
    }

    /** Restores the old handlers where ours is still there. */
    void restore(RemoteCalls calls, TargetMemory memory) {
        originals.forEach((signal, original) -> {
            long first = ByteBuffer.wrap(current(calls, memory, signal)).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (first == handler) {
                memory.write(calls.scratch(), original);
                calls.require(Syscall.RT_SIGACTION, "restoring the handler of signal " + signal, signal,
                        calls.scratch(), 0, SET_BYTES);
            }
        });
    }
}
