package io.bpf4j.loader;

import java.util.List;

/**
 * How to run a unit.
 *
 * @param targets the processes that user probes are limited to; none = every process
 * @param verifierLog whether to ask the kernel for its log of accepted programs too (slow)
 */
public record SessionOptions(List<Target> targets, boolean verifierLog) {

    /** Every process, no log. */
    public static final SessionOptions EVERYTHING = new SessionOptions(List.of(), false);

    /** Copies the list. */
    public SessionOptions {
        targets = List.copyOf(targets);
    }

    /** Limits user probes to running processes. */
    public static SessionOptions of(List<Integer> pids) {
        return new SessionOptions(pids.stream().map(Target::running).toList(), false);
    }
}
