package io.bpf4j.tools.sslsniff;

import io.bpf4j.loader.Loss;
import io.bpf4j.loader.Session;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Says on standard error which calls are missing from the output: while it grows, and once more at the end. */
final class LossReport {
    private static final long INTERVAL = Duration.ofSeconds(1).toNanos();

    private final Session session;
    private final PrintWriter errors;
    private long known;
    private long lastLook = System.nanoTime();

    LossReport(Session session, PrintWriter errors) {
        this.session = session;
        this.errors = errors;
    }

    /** Looks, at most once a second, whether calls were lost since the last time. */
    void update() {
        long now = System.nanoTime();
        if (now - lastLook >= INTERVAL) {
            lastLook = now;
            Map<String, Long> losses = losses();
            long total = total(losses);
            if (total > known) {
                known = total;
                say("lost " + counted(total) + " so far" + details(losses));
            }
        }
    }

    /** Sums up. */
    void finish(boolean verbose) {
        Map<String, Long> losses = losses();
        long total = total(losses);
        if (total > 0) {
            say("lost " + counted(total) + details(losses));
        } else if (verbose) {
            say("no call was lost");
        }
    }

    private void say(String message) {
        errors.println("jsslsniff: " + message);
        errors.flush();
    }

    private static String counted(long total) {
        return total == 1 ? "1 call" : total + " calls";
    }

    private static long total(Map<String, Long> losses) {
        return losses.values().stream().mapToLong(Long::longValue).sum();
    }

    private static String details(Map<String, Long> losses) {
        return losses.entrySet().stream().map(loss -> loss.getKey() + " " + loss.getValue())
                .collect(Collectors.joining(", ", " (", ")"));
    }

    /** By function and moment: a return probe loses events, an entry probe entries of calls. */
    private Map<String, Long> losses() {
        Map<String, Long> bySymbol = new TreeMap<>();
        for (Loss loss : session.losses()) {
            bySymbol.merge(symbol(loss.counter().program()), loss.count(), Long::sum);
        }
        return bySymbol;
    }

    private String symbol(String program) {
        return session.unit().programs().stream().filter(candidate -> candidate.name().equals(program))
                .findFirst()
                .map(Program::attach).map(LossReport::describe).orElse(program);
    }

    private static String describe(AttachSpec spec) {
        return Selection.symbolOf(spec);
    }
}
