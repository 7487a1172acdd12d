package io.bpf4j.vm.map.layout;

/**
 * The parts of queues and stacks: nodes, stacks of free nodes as in {@link NodeDescriptor}, and at the own part:
 *
 * <pre>
 *  queue:  0 | head (LinkWord): names the node before the oldest value |
 *         64 | tail (LinkWord): names the newest node, or one before   |
 *
 *  stack:  0 | top:  63 node + 1 (20 bits) 44 43 size (20 bits) 24 23 tag (24 bits) 0 |
 *
 *  node:   0 | link (LinkWord) to the newer one (queue), to the older one (stack) |
 *          8 | the value                                                          |
 * </pre>
 *
 * <p>The queue is Michael and Scott's (1996): there is always one node more than values. The stack is Treiber's, with
 * the size in the word that is swapped, so that the oldest value can be dropped: what is below the size is not there.
 */
public final class QueueDescriptor {
    /** The offset of a queue's head. */
    public static final int HEAD = 0;
    /** The offset of a queue's tail. */
    public static final int TAIL = 64;
    /** The offset of a stack's top. */
    public static final int TOP = 0;
    /** The bytes of the own part. */
    public static final int LENGTH = 128;
    /** The offset of the value in a node. */
    public static final int VALUE = 8;

    /** How many nodes a stack has more than values, for threads that are about to push. */
    public static final int SPARE = 64;
    /** The most values a stack can have. */
    public static final int MAXIMUM = (1 << 20) - 1 - SPARE;

    private static final int FIELD = (1 << 20) - 1;
    private static final int TAG = (1 << 24) - 1;

    private QueueDescriptor() {}

    /** Returns the word of a stack's top that replaces another one. */
    public static long top(long old, int nodePlusOne, int size) {
        return (long) nodePlusOne << 44 | (long) size << 24 | old + 1 & TAG;
    }

    /** Returns the number of the newest node plus one. */
    public static int nodePlusOne(long top) {
        return (int) (top >>> 44);
    }

    /** Returns how many values a stack has. */
    public static int size(long top) {
        return (int) (top >>> 24) & FIELD;
    }
}
