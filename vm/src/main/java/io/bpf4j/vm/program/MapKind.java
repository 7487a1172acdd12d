package io.bpf4j.vm.program;

import java.util.Arrays;
import java.util.Optional;

/**
 * The kinds of map (include/uapi/linux/bpf.h, enum bpf_map_type): first those of the probe language, then those that
 * only other people's objects have.
 */
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
    RINGBUF(27, "ringbuf"),
    CGROUP_ARRAY(8, "cgroup_array"),
    ARRAY_OF_MAPS(12, "array_of_maps"),
    HASH_OF_MAPS(13, "hash_of_maps"),
    DEVMAP(14, "devmap"),
    SOCKMAP(15, "sockmap"),
    CPUMAP(16, "cpumap"),
    XSKMAP(17, "xskmap"),
    SOCKHASH(18, "sockhash"),
    CGROUP_STORAGE(19, "cgroup_storage"),
    REUSEPORT_SOCKARRAY(20, "reuseport_sockarray"),
    PERCPU_CGROUP_STORAGE(21, "percpu_cgroup_storage"),
    SK_STORAGE(24, "sk_storage"),
    DEVMAP_HASH(25, "devmap_hash"),
    INODE_STORAGE(28, "inode_storage"),
    TASK_STORAGE(29, "task_storage"),
    BLOOM_FILTER(30, "bloom_filter"),
    USER_RINGBUF(31, "user_ringbuf"),
    CGRP_STORAGE(32, "cgrp_storage"),
    ARENA(33, "arena");

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

    /** Returns the word of the probe language, or for other kinds the kernel's name in small letters. */
    public String keyword() {
        return keyword;
    }

    /** Returns whether the probe language has it. */
    public boolean inLanguage() {
        return ordinal() <= RINGBUF.ordinal();
    }

    /** Finds a kind by the kernel's number. */
    public static Optional<MapKind> byNumber(int number) {
        return Arrays.stream(values()).filter(kind -> kind.number == number).findFirst();
    }

    /** Returns whether its values are other maps. */
    public boolean holdsMaps() {
        return this == ARRAY_OF_MAPS || this == HASH_OF_MAPS;
    }

    /** Returns whether its values hang on the kernel's own objects: tasks, sockets, inodes, control groups. */
    public boolean isLocalStorage() {
        return this == SK_STORAGE || this == INODE_STORAGE || this == TASK_STORAGE || this == CGRP_STORAGE;
    }

    /** Returns whether it holds values that can be looked at without taking them out, unlike a queue's. */
    public boolean hasEntries() {
        return switch (this) {
            case HASH, ARRAY, PERCPU_HASH, PERCPU_ARRAY, LRU_HASH, LRU_PERCPU_HASH, LPM_TRIE -> true;
            default -> false;
        };
    }

    /** Returns whether every CPU has values of its own. */
    public boolean perCpu() {
        return this == PERCPU_HASH || this == PERCPU_ARRAY || this == LRU_PERCPU_HASH;
    }
}
