package io.bpf4j.vm.map.layout;

import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;

/**
 * Where the parts of one map lie in its arena: a function of the map's specification alone.
 *
 * @param spec the map
 * @param shards how many values a key has: 1 except for per-CPU kinds
 * @param valueStride the bytes from value to value
 * @param nodeStride the bytes from node to node
 * @param nodeCount the number of nodes
 * @param bucketShift 64 minus the binary logarithm of the number of buckets
 * @param values the offset of the values; of a ring, of its data
 * @param shardBytes the bytes from one shard's values to the next one's, 0 if there is one shard
 * @param nodes the offset of the nodes
 * @param buckets the offset of the buckets
 * @param freeStacks the offset of the stacks of free nodes
 * @param own the offset of the part that only this kind has
 * @param end the offset behind the last part, page-aligned
 */
public record MapPlan(MapSpec spec, int shards, int valueStride, int nodeStride, int nodeCount,
        int bucketShift,
        long values, long shardBytes, long nodes, long buckets, long freeStacks, long own, long end) {

    /** The bits of the smallest table of buckets: a shift by 64 would be none. */
    private static final int LEAST_BUCKET_BITS = 1;

    /** Adds up the parts of one map. */
    private static final class Parts {
        private final long start;
        private long end;

        Parts(long start) {
            this.start = start;
            this.end = start;
        }

        long add(long bytes, int alignment) {
            long at = ArenaDescriptor.roundUp(end, alignment);
            end = Math.addExact(at, bytes);
            if (end - start < 0) {
                throw new ArithmeticException("size " + bytes);
            }
            return at;
        }
    }

    /**
     * Plans a map.
     *
     * @param shards how many values a key of a per-CPU kind has
     * @param start the offset of its first part, page-aligned
     * @throws IllegalArgumentException if the map cannot exist
     */
    public static MapPlan of(MapSpec spec, int shards, long start) {
        return switch (spec.kind()) {
            case ARRAY, PERCPU_ARRAY, PROG_ARRAY -> array(spec, shards, start);
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, LPM_TRIE -> hash(spec, shards, start);
            case QUEUE, STACK -> queue(spec, start);
            case STACK_TRACE -> traces(spec, start);
            case RINGBUF, PERF_EVENT_ARRAY -> ring(spec, start);
            default -> throw new IllegalArgumentException(
                    "only the kernel has maps of kind " + spec.kind().keyword() + ": " + spec.name());
        };
    }

    private static MapPlan array(MapSpec spec, int shards, long start) {
        requireEntries(spec, spec.valueSize() > 0 && spec.keySize() == Integer.BYTES);
        var parts = new Parts(start);
        int stride = stride(spec);
        int own = spec.kind().perCpu() ? shards : 1;
        long all = (long) spec.maxEntries() * stride;
        long shardBytes = own == 1 ? 0 : ArenaDescriptor.roundUp(all, ArenaDescriptor.PAGE);
        long values = parts.add(own == 1 ? all : shardBytes * own, ArenaDescriptor.PAGE);
        long keys = parts.add((long) shards * NodeDescriptor.CACHE_LINE, NodeDescriptor.CACHE_LINE);
        return new MapPlan(spec, own, stride, 0, 0, 0, values, shardBytes, 0, 0, 0, keys, end(parts));
    }

    private static MapPlan hash(MapSpec spec, int shards, long start) {
        boolean trie = spec.kind() == MapKind.LPM_TRIE;
        requireEntries(spec, spec.valueSize() > 0 && spec.keySize() > (trie ? Integer.BYTES : 0));
        var parts = new Parts(start);
        int entries = spec.maxEntries();
        int bits = bits(entries);
        int own = spec.kind().perCpu() ? shards : 1;
        long kindBytes = switch (spec.kind()) {
            case LRU_HASH, LRU_PERCPU_HASH -> (long) NodeDescriptor.REFERENCED + entries;
            case LPM_TRIE -> ((spec.keySize() - Integer.BYTES) * 8L + 1) * Integer.BYTES;
            default -> 0;
        };
        long kindPart = parts.add(kindBytes, NodeDescriptor.CACHE_LINE);
        long free = parts.add(NodeDescriptor.FREE_STACKS * NodeDescriptor.CACHE_LINE,
                NodeDescriptor.CACHE_LINE);
        long buckets = parts.add((long) Long.BYTES << bits, NodeDescriptor.CACHE_LINE);
        int nodeStride = NodeDescriptor.stride(spec.keySize());
        long nodes = parts.add((long) nodeStride * entries, NodeDescriptor.CACHE_LINE);
        int stride = stride(spec);
        long all = (long) entries * stride;
        long shardBytes = own == 1 ? 0 : ArenaDescriptor.roundUp(all, ArenaDescriptor.PAGE);
        long values = own == 1
                ? parts.add(all, NodeDescriptor.CACHE_LINE)
                : parts.add(shardBytes * own, ArenaDescriptor.PAGE);
        return new MapPlan(spec, own, stride, nodeStride, entries, Long.SIZE - bits, values, shardBytes,
                nodes,
                buckets, free, kindPart, end(parts));
    }

    private static MapPlan queue(MapSpec spec, long start) {
        boolean stack = spec.kind() == MapKind.STACK;
        requireEntries(spec, spec.valueSize() > 0 && spec.keySize() == 0);
        if (stack && spec.maxEntries() > QueueDescriptor.MAXIMUM) {
            throw new IllegalArgumentException("stack " + spec.name() + ": " + spec.maxEntries()
                    + " entries are more than the " + QueueDescriptor.MAXIMUM + " that it can have");
        }
        int count = Math.addExact(spec.maxEntries(), stack ? QueueDescriptor.SPARE : 1);
        var parts = new Parts(start);
        long ends = parts.add(QueueDescriptor.LENGTH, NodeDescriptor.CACHE_LINE);
        long free = parts.add(NodeDescriptor.FREE_STACKS * NodeDescriptor.CACHE_LINE,
                NodeDescriptor.CACHE_LINE);
        int nodeStride = QueueDescriptor.VALUE + stride(spec);
        long nodes = parts.add((long) nodeStride * count, NodeDescriptor.CACHE_LINE);
        return new MapPlan(spec, 1, stride(spec), nodeStride, count, 0, 0, 0, nodes, 0, free, ends,
                end(parts));
    }

    private static MapPlan traces(MapSpec spec, long start) {
        requireEntries(spec, spec.valueSize() >= Long.BYTES && spec.valueSize() % Long.BYTES == 0
                && spec.keySize() == Integer.BYTES);
        var parts = new Parts(start);
        int bits = bits(spec.maxEntries());
        long free = parts.add(NodeDescriptor.FREE_STACKS * NodeDescriptor.CACHE_LINE,
                NodeDescriptor.CACHE_LINE);
        long slots = parts.add((long) Long.BYTES << bits, NodeDescriptor.CACHE_LINE);
        int nodeStride = StackTraceDescriptor.ADDRESSES + spec.valueSize();
        long nodes = parts.add((long) nodeStride * spec.maxEntries(), NodeDescriptor.CACHE_LINE);
        return new MapPlan(spec, 1, stride(spec), nodeStride, spec.maxEntries(), Long.SIZE - bits, 0, 0,
                nodes,
                slots, free, 0, end(parts));
    }

    private static MapPlan ring(MapSpec spec, long start) {
        int size = spec.kind() == MapKind.RINGBUF ? spec.maxEntries() : RingDescriptor.PERF_RING_BYTES;
        if (size < ArenaDescriptor.PAGE || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("ring " + spec.name() + ": " + size
                    + " bytes are not a power of two of at least " + ArenaDescriptor.PAGE);
        }
        var parts = new Parts(start);
        long ring = parts.add(RingDescriptor.DATA + (long) size, ArenaDescriptor.PAGE);
        return new MapPlan(spec, 1, 0, 0, 0, 0, ring + RingDescriptor.DATA, 0, 0, 0, 0, ring, end(parts));
    }

    private static void requireEntries(MapSpec spec, boolean sizesFit) {
        if (spec.maxEntries() < 1 || !sizesFit) {
            throw new IllegalArgumentException(spec.kind().keyword() + " " + spec.name() + " cannot have "
                    + spec.maxEntries() + " entries with keys of " + spec.keySize() + " and values of "
                    + spec.valueSize() + " bytes");
        }
    }

    private static int stride(MapSpec spec) {
        return (int) ArenaDescriptor.roundUp(spec.valueSize(), Long.BYTES);
    }

    /** Returns the bits of the next power of two. */
    private static int bits(int entries) {
        return Math.max(LEAST_BUCKET_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(entries - 1));
    }

    private static long end(Parts parts) {
        return ArenaDescriptor.roundUp(parts.end, ArenaDescriptor.PAGE);
    }

    /** Returns the number of buckets, or of ids of a map of stack traces. */
    public int bucketCount() {
        return 1 << Long.SIZE - bucketShift;
    }

    /** Returns the bytes of all values of a key, as tools see them: each shard's rounded up to 8 if there are many. */
    public int entryBytes() {
        return spec.kind().perCpu() ? valueStride * shards : spec.valueSize();
    }
}
