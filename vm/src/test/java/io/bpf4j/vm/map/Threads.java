package io.bpf4j.vm.map;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Threads that begin at the same time. */
final class Threads {

    private Threads() {}

    /** Gives each of a number of threads its number; what one of them throws is thrown on when all have ended. */
    static void run(int count, IntConsumer work) {
        CyclicBarrier start = new CyclicBarrier(count);
        CompletableFuture
                .allOf(IntStream.range(0, count).mapToObj(thread -> CompletableFuture.runAsync(() -> {
                    await(start);
                    work.accept(thread);
                }, task -> new Thread(task).start())).toArray(CompletableFuture<?>[]::new)).join();
    }

    private static void await(CyclicBarrier start) {
        try {
            start.await();
        } catch (Exception e) {
            throw new IllegalStateException("a thread could not start", e);
        }
    }
}
