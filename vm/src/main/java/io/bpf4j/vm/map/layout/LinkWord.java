package io.bpf4j.vm.map.layout;

/**
 * A word that names a node and is changed by compare-and-swap only. Every change adds one to the tag, so that a word
 * that was read once and is still the same was not changed in between.
 *
 * <pre>
 *   63            32 31            1   0
 *  +----------------+---------------+---+
 *  | node + 1, or 0 | tag           | M |
 *  +----------------+---------------+---+
 * </pre>
 *
 * <p>M is set in the link of a node that was deleted or is free: its own entry is void, not the one it names. Bucket
 * heads, links of nodes, and heads of stacks of free nodes all have this form.
 */
public final class LinkWord {
    /** The bit that says that the node with this link is not an entry. */
    public static final long MARK = 1;
    /** One step of the tag. */
    public static final int STEP = 2;

    private LinkWord() {}

    /** Returns the word that replaces another one: it names a node (its number plus one, or 0), without a mark. */
    public static long next(long old, int nodePlusOne) {
        return (long) nodePlusOne << 32 | ((int) old & ~(int) MARK) + STEP & 0xffff_ffffL;
    }

    /** Returns the number of the node plus one, 0 if there is none. */
    public static int nodePlusOne(long word) {
        return (int) (word >>> 32);
    }

    /** Returns the same word with one more in the tag, and marked. */
    public static long marked(long old) {
        return next(old, nodePlusOne(old)) | MARK;
    }

    /** Returns whether the mark is set. */
    public static boolean isMarked(long word) {
        return (word & MARK) != 0;
    }
}
