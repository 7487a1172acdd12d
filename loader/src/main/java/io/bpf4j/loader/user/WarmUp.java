package io.bpf4j.loader.user;

import io.bpf4j.loader.inject.Rehearsal;
import io.bpf4j.loader.inject.Tracer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Rehearses in the background what will be done to targets: it makes the first one stand still for a third of the time
 * that it would otherwise, and costs no more than the verifier takes meanwhile.
 */
final class WarmUp {

    private final FutureTask<Boolean> rehearsal;

    private WarmUp(FutureTask<Boolean> rehearsal) {
        this.rehearsal = rehearsal;
    }

    /** Begins. */
    static WarmUp begin(Tracer tracer) {
        var rehearsal = new FutureTask<>(() -> Rehearsal.run(tracer));
        Thread.ofPlatform().daemon().name("bpf4j-rehearsal").start(rehearsal);
        return new WarmUp(rehearsal);
    }

    /** Waits for its end; whether it went well is not important. */
    void await() {
        try {
            rehearsal.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            return; // the targets will be stopped for a little longer
        }
    }
}
