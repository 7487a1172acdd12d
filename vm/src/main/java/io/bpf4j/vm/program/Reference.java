package io.bpf4j.vm.program;

/** A 64-bit immediate that the loader fills in: the instruction at {@code slot} is a LoadImmediate64. */
public sealed interface Reference {

    /** Returns the index of the instruction's first slot. */
    int slot();

    /** The map itself. */
    record ToMap(int slot, String map) implements Reference {}

    /** A byte within the single value of an array map: a global variable. */
    record ToMapValue(int slot, String map, int offset) implements Reference {}
}
