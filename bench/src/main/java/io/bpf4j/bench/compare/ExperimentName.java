package io.bpf4j.bench.compare;

/** What {@code --experiment} takes. */
enum ExperimentName {
    micro,
    all
}
