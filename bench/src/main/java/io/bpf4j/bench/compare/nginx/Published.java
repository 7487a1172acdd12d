package io.bpf4j.bench.compare.nginx;

import io.bpf4j.tools.common.ExecutionMode;

/** What the bpftime evaluation says about the same experiment: ranges over all sizes, and the worst size. */
final class Published {

    private Published() {}

    /** Returns how many requests were lost there. */
    static String drop(ExecutionMode mode, Size size) {
        boolean worst = size == Size.ONE;
        return switch (mode) {
            case KERNEL -> worst ? "56.56 %" : "29.31 to 56.56 %";
            case USER -> worst ? "24.31 %" : "5.69 to 24.31 %";
            case AUTO -> "";
        };
    }
}
