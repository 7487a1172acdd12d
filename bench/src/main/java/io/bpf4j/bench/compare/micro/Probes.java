package io.bpf4j.bench.compare.micro;

import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.loader.Attachment;
import io.bpf4j.loader.Loss;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.Target;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.Machine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** The probes of one mode on the victim. */
final class Probes implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Session session;

    /**
     * What came of a measurement.
     *
     * @param events that arrived
     * @param lost events, as the session counts them
     */
    record Collected(List<double[]> times, long events, long lost) {}

    /** Attaches what some variants ask for in a mode; does nothing if that is nothing. */
    Probes(Machine machine, Victim victim, ExecutionMode mode, List<Variant> variants) {
        StringBuilder source = new StringBuilder(Work.HEAD);
        List<Variant> own = variants.stream().filter(variant -> variant.isIn(mode)).toList();
        own.forEach(variant -> source
                .append(variant.probe().orElseThrow().work().source(variant.function())));
        if (own.isEmpty()) {
            session = null;
            return;
        }
        SessionOptions options = new SessionOptions(List.of(Target.running(victim.pid())),
                Map.of("victim", List.of(victim.file().toString())));
        session = machine.open(machine.compile(new SourceFile("micro.probe", source.toString())), options,
                mode);
        session.attachments().stream().filter(attachment -> !attachment.attached()).findFirst()
                .ifPresent(this::refuse);
    }

    private void refuse(Attachment attachment) {
        close();
        throw new UserError(ExitCode.ATTACH_FAILED, attachment.program() + ": " + attachment.whyNot());
    }

    /** Takes events while something runs on another thread, and all that are left when it has ended. */
    Collected collect(Supplier<List<double[]>> work) {
        long before = lost();
        long events = 0;
        CompletableFuture<List<double[]>> times = CompletableFuture.supplyAsync(work);
        while (!times.isDone()) {
            events += take(PAUSE);
        }
        int last;
        do {
            last = take(Duration.ZERO);
            events += last;
        } while (last > 0);
        return new Collected(times.join(), events, lost() - before);
    }

    /** Returns how many calls of a function the probe on it has counted. */
    long counted(String function) {
        AtomicLong sum = new AtomicLong();
        session.map(Work.countsOf(function)).forEach((key, value) -> sum.addAndGet(value.getLong(0)));
        return sum.get();
    }

    private int take(Duration timeout) {
        return session.poll(timeout, (map, data, offset, length) -> data.getLong(offset));
    }

    private long lost() {
        return session.losses().stream().mapToLong(Loss::count).sum();
    }

    @Override
    public void close() {
        if (session != null) {
            session.close();
        }
    }
}
