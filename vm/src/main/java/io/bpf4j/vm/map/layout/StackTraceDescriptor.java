package io.bpf4j.vm.map.layout;

/**
 * The parts of a map of stack traces: a slot per id in place of buckets, nodes, stacks of free nodes as in
 * {@link NodeDescriptor}. The id is the upper bits of the hash of all addresses, see {@link KeyHash}.
 *
 * <pre>
 *  slot:   names a node (LinkWord)
 *
 *  node:   0 | link of the free stack (LinkWord)      |
 *          8 | addresses (u32)  | lower half of hash  |
 *         16 | addresses, the innermost first (u64)   |
 * </pre>
 */
public final class StackTraceDescriptor {
    /** The offset of the number of addresses. */
    public static final int DEPTH = 8;
    /** The offset of the hash. */
    public static final int HASH = 12;
    /** The offset of the addresses. */
    public static final int ADDRESSES = 16;

    private StackTraceDescriptor() {}
}
