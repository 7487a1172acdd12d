package io.bpf4j.vm.program;

/** The kinds of map that the language can name (include/uapi/linux/bpf.h, enum bpf_map_type). */
public enum MapKind {
    HASH(1, "hash"),
    ARRAY(2, "array"),
    PROG_ARRAY(3, "prog_array"),
    PERF_EVENT_ARRAY(4, "perf_events"),
    PERCPU_HASH(5, "percpu_hash"),
    PERCPU_ARRAY(6, "percpu_array"),
    STACK_TRACE(7, "stack_trace"),
    LRU_HASH(9, "lru_hash"),
    LRU_PERCPU_HASH(10, "lru_percpu_hash"),
    LPM_TRIE(11, "lpm_trie"),
    QUEUE(22, "queue"),
    STACK(23, "stack"),
    RINGBUF(27, "ringbuf");

    private final int number;
    private final String keyword;

    MapKind(int number, String keyword) {
        this.number = number;
        this.keyword = keyword;
    }

    /** Returns the kernel's number. */
    public int number() {
        return number;
    }

    /** Returns the word of the probe language. */
    public String keyword() {
        return keyword;
    }

    /** Returns whether it holds values that can be looked at without taking them out, unlike a queue's. */
    public boolean hasEntries() {
        return switch (this) {
            case HASH, ARRAY, PERCPU_HASH, PERCPU_ARRAY, LRU_HASH, LRU_PERCPU_HASH, LPM_TRIE -> true;
            case PROG_ARRAY, PERF_EVENT_ARRAY, STACK_TRACE, QUEUE, STACK, RINGBUF -> false;
        };
    }

    /** Returns whether every CPU has values of its own. */
    public boolean perCpu() {
        return this == PERCPU_HASH || this == PERCPU_ARRAY || this == LRU_PERCPU_HASH;
    }
}
