package io.bpf4j.bench.compare.micro;

import io.bpf4j.bench.compare.result.Budget;
import java.util.Optional;

/** What probes do at each call. */
enum Work {
    EMPTY("entry, empty", 0, "probe uprobe:victim:%1$s {}"),
    HASH("entry, count in a hash map", 0, """
            map hash<u64, u64> counts_%1$s(1024);
            probe uprobe:victim:%1$s(u64 key) { counts_%1$s[key] += 1; }"""),
    RETURN("return, empty", 0, "probe uretprobe:victim:%1$s {}"),
    BOTH("entry and return, empty", 0, """
            probe uprobe:victim:%1$s {}
            probe uretprobe:victim:%1$s {}"""),
    EVENT_16("event of 16 bytes", 16, """
            probe uprobe:victim:%1$s(u64 key) {
                event *e = events.reserve(16);
                if (!e)
                    return;
                e->time = ktime_ns();
                e->key = key;
                events.submit(e);
            }"""),
    EVENT_256("event of 256 bytes", 256, Work.EVENT_SOURCE.formatted(256, 240)),
    EVENT_400("event of 400 bytes", 400, Work.EVENT_SOURCE.formatted(400, 384)),
    EVENT_4096("event of 4096 bytes", 4096, Work.EVENT_SOURCE.formatted(4096, 4080));

    /** The room in the ring, in bytes. */
    static final int RING_BYTES = 1 << 23;

    /** What every source begins with. */
    static final String HEAD = """
            license "GPL";
            struct event {
                u64 time;
                u64 key;
                u8 data[];
            };
            map ringbuf<event> events(8388608);
            """;

    private static final String EVENT_SOURCE = """
            probe uprobe:victim:%%1$s(u64 key, u64 payload) {
                event *e = events.reserve(%d);
                if (!e)
                    return;
                e->time = ktime_ns();
                e->key = key;
                read_user(e->data, payload, %d);
                events.submit(e);
            }""";

    private static final int RECORD_HEADER = 8;

    private final String label;
    private final int eventBytes;
    private final String source;

    Work(String label, int eventBytes, String source) {
        this.label = label;
        this.eventBytes = eventBytes;
        this.source = source;
    }

    /** Returns what readers see. */
    String label() {
        return label;
    }

    /** Returns the source of the probes, for a function of the victim. */
    String source(String function) {
        return source.formatted(function) + "\n";
    }

    /** Returns the name of the map that {@link #HASH} counts in, for a function of the victim. */
    static String countsOf(String function) {
        return "counts_" + function;
    }

    /** Returns whether each call is an event. */
    boolean isEvent() {
        return eventBytes > 0;
    }

    /** Returns how many events there is room for. */
    int capacity() {
        return RING_BYTES / (eventBytes + RECORD_HEADER);
    }

    /** Returns what it may cost in user mode, in multiples of the detour. */
    Optional<Budget> budget() {
        return switch (this) {
            case EMPTY -> Optional.of(new Budget(2, "2x detour"));
            case BOTH -> Optional.of(new Budget(4, "4x detour"));
            case HASH -> Optional.of(new Budget(8, "8x detour"));
            case RETURN, EVENT_16, EVENT_256, EVENT_400, EVENT_4096 -> Optional.empty();
        };
    }
}
