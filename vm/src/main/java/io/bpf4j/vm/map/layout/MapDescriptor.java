package io.bpf4j.vm.map.layout;

/**
 * What an arena says about one map. Its address is what programs hold as the map. It does not change after the arena
 * is ready.
 *
 * <pre>
 *      0 +-----------------+-----------------+
 *        | kind (u32)      | flags (u32)     |
 *      8 +-----------------+-----------------+
 *        | key size (u32)  | value size (u32)|
 *     16 +-----------------+-----------------+
 *        | max entries     | shards (u32)    |
 *     24 +-----------------+-----------------+
 *        | value stride    | node stride     |
 *     32 +-----------------+-----------------+
 *        | nodes (u32)     | bucket shift    |
 *     40 +-----------------+-----------------+
 *        | offset of the values (u64)        |
 *     48 +-----------------------------------+
 *        | bytes from shard to shard (u64)   |
 *     56 +-----------------------------------+
 *        | offset of the nodes (u64)         |
 *     64 +-----------------------------------+
 *        | offset of the buckets (u64)       |
 *     72 +-----------------------------------+
 *        | offset of the free stacks (u64)   |
 *     80 +-----------------------------------+
 *        | offset of the kind's own part     |
 *     88 +-----------------------------------+
 *        | name, cut, zero-terminated        |
 *    128 +-----------------------------------+
 * </pre>
 *
 * <p>Offsets are from the arena's start; what a kind does not have is 0.
 */
public final class MapDescriptor {
    /** The bytes of a descriptor. */
    public static final int LENGTH = 128;

    /** The offset of the kernel's number of the kind. */
    public static final int KIND = 0;
    /** The offset of the creation flags. */
    public static final int FLAGS = 4;
    /** The offset of the bytes of a key. */
    public static final int KEY_SIZE = 8;
    /** The offset of the bytes of a value. */
    public static final int VALUE_SIZE = 12;
    /** The offset of the number of entries; of a ring, of its bytes. */
    public static final int MAX_ENTRIES = 16;
    /** The offset of how many values a key has: 1 except for per-CPU kinds. */
    public static final int SHARDS = 20;
    /** The offset of the bytes from value to value: the value's size, rounded up to 8. */
    public static final int VALUE_STRIDE = 24;
    /** The offset of the bytes from node to node. */
    public static final int NODE_STRIDE = 28;
    /** The offset of the number of nodes. */
    public static final int NODE_COUNT = 32;
    /** The offset of 64 minus the binary logarithm of the number of buckets. */
    public static final int BUCKET_SHIFT = 36;
    /** The offset of where the values are. */
    public static final int VALUES = 40;
    /** The offset of the bytes from one shard's values to the next one's; 0 if there is one shard only. */
    public static final int SHARD_BYTES = 48;
    /** The offset of where the nodes are. */
    public static final int NODES = 56;
    /** The offset of where the buckets are. */
    public static final int BUCKETS = 64;
    /** The offset of where the stacks of free nodes are. */
    public static final int FREE_STACKS = 72;
    /** The offset of where the part is that only this kind has. */
    public static final int OWN = 80;
    /** The offset of the name. */
    public static final int NAME = 88;
    /** The most bytes of a name that are kept. */
    public static final int NAME_BYTES = LENGTH - NAME - 1;

    private MapDescriptor() {}
}
