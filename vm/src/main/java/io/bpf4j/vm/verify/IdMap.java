package io.bpf4j.vm.verify;

import java.util.Arrays;

/** Which ids of one state stand for which of another: a one-to-one relation that is found while comparing. */
final class IdMap {

    private int[] olds = new int[16];
    private int[] news = new int[16];
    private int size;

    void clear() {
        size = 0;
    }

    /** Returns whether two ids may stand for the same; zero, for none, stands for zero only. */
    boolean matches(int old, int current) {
        if (old == 0 || current == 0) {
            return old == current;
        }
        for (int i = 0; i < size; i++) {
            if (olds[i] == old) {
                return news[i] == current;
            }
            if (news[i] == current) {
                return false;
            }
        }
        if (size == olds.length) {
            olds = Arrays.copyOf(olds, size * 2);
            news = Arrays.copyOf(news, size * 2);
        }
        olds[size] = old;
        news[size++] = current;
        return true;
    }

    /**
     * As {@link #matches}, but a number without an id is one of its own, so that it matches another without, or one
     * whose id nothing else has.
     *
     * @param fresh gives ids that no state has
     */
    boolean matchesScalar(int old, int current, Ids fresh) {
        return matches(old == 0 ? fresh.next() : old, current == 0 ? fresh.next() : current);
    }
}
