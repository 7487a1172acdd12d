package io.bpf4j.vm.trampoline;

/** Where injected code finds the id of the thread that it runs in, without a system call where that is possible. */
public sealed interface TidSource {

    /**
     * The C library keeps the id in the thread's control block: 32 bits at {@code fs:[offset]} (glibc: nptl/descr.h,
     * struct pthread, tid; musl: src/internal/pthread_impl.h).
     */
    record ControlBlock(int offset) implements TidSource {}

    /**
     * Go's runtime keeps it in the thread's {@code m}: 64 bits, {@code procid} (runtime/runtime2.go).
     *
     * @param goroutine the offset of the current goroutine from the fs base, -8 in static executables
     * @param thread the offset of {@code m} in a goroutine
     * @param id the offset of {@code procid} in {@code m}
     */
    record GoThread(int goroutine, int thread, int id) implements TidSource {}

    /** Only the kernel tells: gettid(2), for each hit. */
    record SystemCall() implements TidSource {}
}
