package io.bpf4j.bench.compare.nginx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Whether a tool saw what happened: one that loses events is fast for nothing. */
final class Completeness {

    /** Requests are counted when they are answered, events when they are read: windows differ at their ends. */
    private static final double TOLERANCE = 0.01;

    private final List<String> problems = new ArrayList<>();
    private long requests;
    private long events;
    private long lost;

    /** Adds a window. */
    void add(long moreRequests, long moreEvents, long moreLost) {
        requests += moreRequests;
        events += moreEvents;
        lost += moreLost;
    }

    /** Adds another reason not to trust the numbers. */
    void fail(String problem) {
        problems.add(problem);
    }

    /** Returns what was counted. */
    Map<String, Long> counts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        if (requests > 0) {
            counts.put("requests", requests);
            counts.put("events", events);
            counts.put("lost", lost);
        }
        return counts;
    }

    /** Returns what is wrong; nothing if the numbers can be trusted. */
    List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        if (lost > 0) {
            all.add(lost + " events lost");
        }
        if (requests > 0 && Math.abs((double) events / requests - 1) > TOLERANCE) {
            all.add(String.format(Locale.ROOT, "events are %.1f %% of requests", 100.0 * events / requests));
        }
        return all;
    }
}
