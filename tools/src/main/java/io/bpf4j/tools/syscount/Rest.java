package io.bpf4j.tools.syscount;

import io.bpf4j.loader.proc.ProcessWatch;
import io.bpf4j.tools.common.Interrupts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The pauses between readings: until the next one is due, or something ends the run. */
final class Rest {
    /** How soon the end of a traced process is noticed. */
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Interrupts interrupts;
    private final List<ProcessWatch> watched;
    private final Optional<Duration> interval;
    private final long start = System.nanoTime();
    private final Optional<Duration> duration;
    private long readings;

    /** Why a pause ended. */
    enum Reason {
        /** It is time for a reading. */
        INTERVAL,
        /** It is time for the last one. */
        DURATION,
        /** The user asked to stop. */
        INTERRUPT,
        /** No traced process is left. */
        TARGETS_ENDED
    }

    /**
     * The clock starts now.
     *
     * @param watched the run ends with the last of them; none = it does not
     */
    Rest(Interrupts interrupts, List<ProcessWatch> watched, Optional<Duration> interval,
            Optional<Duration> duration) {
        this.interrupts = interrupts;
        this.watched = List.copyOf(watched);
        this.interval = interval;
        this.duration = duration;
    }

    /** Waits. */
    Reason await() {
        readings++;
        long next = interval.map(every -> saturated(every, readings)).orElse(Long.MAX_VALUE);
        long last = duration.map(Duration::toNanos).orElse(Long.MAX_VALUE);
        long due = Math.min(next, last);
        while (true) {
            if (!watched.isEmpty() && watched.stream().noneMatch(ProcessWatch::isAlive)) {
                return Reason.TARGETS_ENDED;
            }
            long left = due - (System.nanoTime() - start);
            if (left <= 0) {
                return due == last ? Reason.DURATION : Reason.INTERVAL;
            }
            if (interrupts
                    .await(Duration.ofNanos(watched.isEmpty() ? left : Math.min(left, LOOK.toNanos())))) {
                return Reason.INTERRUPT;
            }
        }
    }

    private static long saturated(Duration every, long times) {
        long nanoseconds = every.toNanos();
        return nanoseconds > Long.MAX_VALUE / times ? Long.MAX_VALUE : nanoseconds * times;
    }
}
