package io.bpf4j.vm.verify;

import java.util.Arrays;

/**
 * How a state came from its parent: the steps that were not simply to the next instruction, and those that moved
 * numbers to and from the stack or told several registers at once. Mutable; it grows at its end.
 */
final class History {

    /** A step whose predecessor is the last instruction of the parent state. */
    static final int BOUNDARY = -1;

    private static final int STACK = 1 << 31;

    private int[] indexes = new int[8];
    private int[] previous = new int[8];
    private int[] access = new int[8];
    private int[][] links = new int[8][];
    private int size;

    int size() {
        return size;
    }

    History copy() {
        History copy = new History();
        copy.indexes = indexes.clone();
        copy.previous = previous.clone();
        copy.access = access.clone();
        copy.links = links.clone();
        copy.size = size;
        return copy;
    }

    /** Notes that the instruction at an index followed the one at another. */
    void step(int index, int from) {
        if (size == indexes.length) {
            int length = size * 2;
            indexes = Arrays.copyOf(indexes, length);
            previous = Arrays.copyOf(previous, length);
            access = Arrays.copyOf(access, length);
            links = Arrays.copyOf(links, length);
        }
        indexes[size] = index;
        previous[size] = from;
        access[size] = 0;
        links[size] = null;
        size++;
    }

    /** Notes that the latest step stored or loaded a whole register in a stack slot. */
    void markStackAccess(int frame, int slot) {
        access[size - 1] = STACK | frame << 8 | slot;
    }

    /** Notes that the latest step told several registers and slots something at once. */
    void markLinks(int[] linked) {
        links[size - 1] = linked;
    }

    int index(int step) {
        return indexes[step];
    }

    int previous(int step) {
        return previous[step];
    }

    boolean accessesStack(int step) {
        return access[step] != 0;
    }

    int stackFrame(int step) {
        return access[step] >> 8 & 0xff;
    }

    int stackSlot(int step) {
        return access[step] & 0xff;
    }

    /** Returns what was told together, as {@link LinkedScalars} encodes places; null if nothing was. */
    int[] links(int step) {
        return links[step];
    }
}
