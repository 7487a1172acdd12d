package io.bpf4j.vm.verify;

/** Gives numbers, each once. */
final class Ids {

    private int last;

    /** Starts at 1. */
    Ids() {
        this(0);
    }

    Ids(int last) {
        this.last = last;
    }

    int next() {
        return ++last;
    }
}
