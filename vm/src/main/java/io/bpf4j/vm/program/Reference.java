package io.bpf4j.vm.program;

/** A 64-bit immediate that the loader fills in: the instruction at {@code slot} is a LoadImmediate64. */
public sealed interface Reference {

    /** Returns the index of the instruction's first slot. */
    int slot();

    /** Returns the name of the map. */
    String map();

    /** Returns the same in a program in which the instruction is so many slots further on. */
    Reference movedBy(int slots);

    /** The map itself. */
    record ToMap(int slot, String map) implements Reference {
        @Override
        public ToMap movedBy(int slots) {
            return new ToMap(slot + slots, map);
        }
    }

    /** A byte within the single value of an array map: a global variable. */
    record ToMapValue(int slot, String map, int offset) implements Reference {
        @Override
        public ToMapValue movedBy(int slots) {
            return new ToMapValue(slot + slots, map, offset);
        }
    }
}
