package io.bpf4j.vm.map.layout;

/**
 * The hash kinds' parts: bucket heads, nodes, stacks of free nodes, values.
 *
 * <pre>
 *  bucket:   head (u64, LinkWord)                     8 bytes each, a power of two of them
 *
 *  node:   0 +-----------------------------------+
 *            | link to the next node (LinkWord)  |
 *          8 +-----------------+-----------------+
 *            | holders (u32)   | generation (u32)|
 *         16 +-----------------+-----------------+
 *            | key, filled with zeros to 8       |
 *            +-----------------------------------+
 *
 *  value of node n in shard s:  values + s * shardBytes + n * valueStride
 *
 *  free stack:  head (u64, LinkWord), then zeros      64 bytes each, 16 of them
 * </pre>
 *
 * <p><b>Bucket.</b> The head of a key is {@code hash >>> bucketShift}; {@link KeyHash} is the hash. A chain has no
 * order; new nodes come in at the head, by compare-and-swap of the head word that was read before the chain was
 * searched: if the same key or any other was linked meanwhile, the tag differs.
 *
 * <p><b>Reading.</b> With the word W of the predecessor (the bucket, or a node's link), read the link L and the key of
 * the node that W names; then read the predecessor's word again: if it is not W, begin again at the head. If L is
 * marked, replace W by {@code next(W, node of L)}, drop one holder of the unlinked node, and begin again. Else the node
 * was in the chain; go on with L as W if the key is another one.
 *
 * <p><b>Deleting</b> is setting the mark in the link of a node, then unlinking it as above.
 *
 * <p><b>Holders</b> keep a node from being reused: the chain is one, and so is everybody who writes to the value of an
 * entry that exists, while he does. One more is added by compare-and-swap of holders and generation together, only if
 * there is one already. Who takes the last one away puts the node on a free stack. The generation counts how often the
 * node was taken from there. Somebody who dies between costs that node.
 *
 * <p><b>Free nodes</b> have a marked link to the next one of their stack. A node is taken from, and given back to, the
 * stack {@code bucket % 16}; if it is empty, from the next one that is not. Node n is in stack {@code n % 16} at first.
 *
 * <p><b>LRU kinds</b> have as their own part, at 0, the hand (u32) of a clock, and at 64 one byte per node: whether it
 * was looked up since the hand last passed. <b>LPM tries</b> keep keys with all bits beyond the prefix zero, and have
 * as their own part a count (u32) per prefix length of the nodes in use, which may be too high but never too low.
 */
public final class NodeDescriptor {
    /** The offset of the link. */
    public static final int LINK = 0;
    /** The offset of holders and generation, one u64. */
    public static final int STATE = 8;
    /** The offset of the key. */
    public static final int KEY = 16;
    /** The bits of the state that count holders. */
    public static final long HOLDERS = 0xffff_ffffL;
    /** One generation. */
    public static final long GENERATION = 1L << 32;

    /** The number of stacks of free nodes, a power of two. */
    public static final int FREE_STACKS = 16;
    /** The bytes from one stack's head to the next. */
    public static final int CACHE_LINE = 64;

    /** The offset of the clock's hand in the own part of an LRU kind. */
    public static final int HAND = 0;
    /** The offset of the reference bytes in the own part of an LRU kind. */
    public static final int REFERENCED = CACHE_LINE;

    private NodeDescriptor() {}

    /** Returns the bytes from node to node: a power of two up to a cache line, then multiples of it. */
    public static int stride(int keySize) {
        int length = KEY + (int) ArenaDescriptor.roundUp(keySize, Long.BYTES);
        return length > CACHE_LINE
                ? (int) ArenaDescriptor.roundUp(length, CACHE_LINE)
                : Integer.highestOneBit(length - 1) << 1;
    }
}
