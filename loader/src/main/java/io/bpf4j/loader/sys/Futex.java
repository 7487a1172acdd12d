package io.bpf4j.loader.sys;

import java.time.Duration;
import java.util.List;

/** Sleeps on words of memory that other processes may change (futex(2), futex_waitv of Linux 5.16). */
public final class Futex {
    private static final int WAKE = 1; // FUTEX_WAKE
    private static final int EVERYBODY = Integer.MAX_VALUE;
    private static final int WORD_OF_32_BITS = 2; // FUTEX2_SIZE_U32
    private static final int MONOTONIC = 1; // CLOCK_MONOTONIC
    private static final long NANOS = 1_000_000_000L;
    /** How long to sleep where the kernel cannot wait for several words. */
    private static final Duration NAP = Duration.ofMillis(5);

    /**
     * The layout of struct futex_waitv (include/uapi/linux/futex.h).
     *
     * <pre>
     *  0 expected value (u64) | 8 address (u64) | 16 flags (u32) | 20 reserved (u32)
     * </pre>
     */
    private static final int WAITER_BYTES = 24;
    private static final int WAITER_ADDRESS = 8;
    private static final int WAITER_FLAGS = 16;

    private final Kernel kernel;

    /**
     * A word to sleep on.
     *
     * @param address of 32 bits, aligned
     * @param expected what must be there for the sleep to begin
     */
    public record Wait(long address, int expected) {}

    /** Sleeps through this kernel. */
    public Futex(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Sleeps until somebody wakes a word, one has not its expected value, a signal comes, or the time is up. */
    public void await(List<Wait> waits, Duration timeout) {
        try (var memory = new NativeMemory()) {
            var waiters = memory.allocate(WAITER_BYTES * waits.size());
            for (int i = 0; i < waits.size(); i++) {
                int at = i * WAITER_BYTES;
                waiters.bytes().putLong(at, waits.get(i).expected() & 0xffff_ffffL)
                        .putLong(at + WAITER_ADDRESS, waits.get(i).address())
                        .putInt(at + WAITER_FLAGS, WORD_OF_32_BITS);
            }
            // The JVM's clock is the kernel's monotonic one, on Linux.
            long end = System.nanoTime() + timeout.toNanos();
            var time = memory.allocate(2 * Long.BYTES);
            time.bytes().putLong(0, end / NANOS).putLong(Long.BYTES, end % NANOS);
            long result = kernel.call(Syscall.FUTEX_WAITV, waiters.address(), waits.size(), 0, time.address(),
                    MONOTONIC, 0);
            if (result == -Errno.ENOSYS.number()) {
                nap(timeout);
            }
        }
    }

    private static void nap(Duration timeout) {
        try {
            Thread.sleep(timeout.compareTo(NAP) < 0 ? timeout : NAP);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Wakes everybody who sleeps on a word. */
    public void wake(long address) {
        kernel.call(Syscall.FUTEX, address, WAKE, EVERYBODY, 0, 0, 0);
    }
}
