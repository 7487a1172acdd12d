package io.bpf4j.loader.sys;

/** {@code enum bpf_map_type} of include/uapi/linux/bpf.h, as far as tracing uses it. */
public enum MapType {
    HASH(1), //
    ARRAY(2), //
    PROG_ARRAY(3), //
    PERF_EVENT_ARRAY(4), //
    PERCPU_HASH(5), //
    PERCPU_ARRAY(6), //
    STACK_TRACE(7), //
    LRU_HASH(9), //
    LRU_PERCPU_HASH(10), //
    LPM_TRIE(11), //
    QUEUE(22), //
    STACK(23), //
    RINGBUF(27);

    private final int number;

    MapType(int number) {
        this.number = number;
    }

    /** The kernel's number. */
    public int number() {
        return number;
    }
}
