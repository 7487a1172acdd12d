package io.bpf4j.vm.map;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.RingDescriptor;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.Region;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A map in an arena.
 *
 * <p>Besides the operations of programs it has those of tools, which take and give byte arrays. A value, to tools, is
 * what {@code bpf()} passes: of a per-CPU kind the values of all shards, each rounded up to 8 bytes.
 */
public abstract class ArenaMap implements BpfMap {

    /** Means the values of all shards. */
    static final int ALL_SHARDS = -1;
    /** The largest flag of an update: BPF_EXIST. */
    static final long EXIST = 2;
    /** The flag that forbids to change what exists: BPF_NOEXIST. */
    static final long NO_EXIST = 1;
    /** What an operation returns that went well. */
    static final long DONE = 0;

    static final long UNSUPPORTED = ErrorNumber.EOPNOTSUPP.result();
    static final long INVALID = ErrorNumber.EINVAL.result();
    static final long NOT_FOUND = ErrorNumber.ENOENT.result();
    static final long EXISTS = ErrorNumber.EEXIST.result();
    static final long FULL = ErrorNumber.E2BIG.result();

    private final MapPlan plan;
    private final long handle;
    private final Memory memory;
    /** The memory's buffer. */
    final ByteBuffer buffer;
    /** The index of the arena in the buffer. */
    final int origin;
    final int keySize;
    final int valueSize;
    final int valueStride;
    final int shardBytes;

    ArenaMap(Memory memory, long arena, long handle, MapPlan plan) {
        this.plan = plan;
        this.handle = handle;
        this.memory = memory;
        this.buffer = memory.buffer();
        this.origin = memory.index(arena, 0);
        this.keySize = plan.spec().keySize();
        this.valueSize = plan.spec().valueSize();
        this.valueStride = plan.valueStride();
        this.shardBytes = (int) plan.shardBytes();
        memory.index(arena, (int) plan.end());
    }

    static ArenaMap of(Memory memory, long arena, long handle, MapPlan plan) {
        return switch (plan.spec().kind()) {
            case ARRAY, PERCPU_ARRAY -> new ArrayMap(memory, arena, handle, plan);
            case PROG_ARRAY -> new ProgramArrayMap(memory, arena, handle, plan);
            case HASH, PERCPU_HASH -> new HashTableMap(memory, arena, handle, plan);
            case LRU_HASH, LRU_PERCPU_HASH -> new LeastRecentlyUsedMap(memory, arena, handle, plan);
            case LPM_TRIE -> new PrefixMap(memory, arena, handle, plan);
            case QUEUE -> new QueueMap(memory, arena, handle, plan);
            case STACK -> new StackMap(memory, arena, handle, plan);
            case STACK_TRACE -> new StackTraceMap(memory, arena, handle, plan);
            case RINGBUF, PERF_EVENT_ARRAY -> new RingMap(memory, arena, handle, plan,
                    plan.spec().kind() == MapKind.RINGBUF
                            ? plan.spec().maxEntries()
                            : RingDescriptor.PERF_RING_BYTES);
            default -> throw new IllegalArgumentException("only the kernel has maps of kind "
                    + plan.spec().kind().keyword() + ": " + plan.spec().name());
        };
    }

    /** Makes the parts ready, in memory of zeros that nobody else uses yet. */
    abstract void format();

    @Override
    public MapSpec spec() {
        return plan.spec();
    }

    @Override
    public long handle() {
        return handle;
    }

    /** Returns where the map's parts are, for whoever makes code that uses them. */
    public MapPlan plan() {
        return plan;
    }

    /** Returns how many values a key has: 1 except for per-CPU kinds. */
    public int shards() {
        return plan.shards();
    }

    final Memory memory() {
        return memory;
    }

    /** Returns the address of an index of the buffer. */
    final long address(int index) {
        return memory.base() + index;
    }

    /** Returns the region of a row of elements. */
    final Region row(String what, long index, int count, int stride, int size, boolean writable) {
        long length = (count - 1L) * stride + size;
        return new Region(what + " of map " + spec().name(), address((int) index), length, writable,
                count == 1 ? size : stride, size);
    }

    @Override
    public List<Region> regions() {
        return List.of();
    }

    // What kinds have: keys and values at indices of direct buffers.

    /** Returns the index of shard 0's value of a key, -1 if there is none. */
    int find(ByteBuffer keys, int key) {
        return -1;
    }

    /** Sets the value of a shard, or of {@link #ALL_SHARDS}. */
    long write(int shard, ByteBuffer keys, int key, ByteBuffer values, int value, long flags) {
        return UNSUPPORTED;
    }

    /** Removes a key. */
    long erase(ByteBuffer keys, int key) {
        return UNSUPPORTED;
    }

    long push(ByteBuffer values, int value, long flags) {
        return UNSUPPORTED;
    }

    long take(ByteBuffer values, int value, boolean remove) {
        return UNSUPPORTED;
    }

    // What programs do.

    @Override
    public long lookup(int shard, long key) {
        int at = find(buffer, memory.index(key, keySize));
        return at < 0 ? 0 : address(at + shard * shardBytes);
    }

    @Override
    public long update(int shard, long key, long value, long flags) {
        return write(shard, buffer, memory.index(key, keySize), buffer, memory.index(value, valueSize),
                flags);
    }

    @Override
    public long delete(long key) {
        return erase(buffer, memory.index(key, keySize));
    }

    @Override
    public long push(long value, long flags) {
        return push(buffer, memory.index(value, valueSize), flags);
    }

    @Override
    public long pop(long value) {
        return take(buffer, memory.index(value, valueSize), true);
    }

    @Override
    public long peek(long value) {
        return take(buffer, memory.index(value, valueSize), false);
    }

    @Override
    public long forEach(int shard, Visitor visitor) {
        return UNSUPPORTED;
    }

    // What tools do.

    /** Returns the bytes of a value as tools see it. */
    public int entryBytes() {
        return plan.entryBytes();
    }

    static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(Math.max(bytes.length, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN)
                .put(0, bytes);
    }

    static byte[] bytes(ByteBuffer from, int index, int length) {
        byte[] bytes = new byte[length];
        from.get(index, bytes);
        return bytes;
    }

    private ByteBuffer argument(byte[] bytes, int size, String what) {
        if (bytes.length != size) {
            throw new IllegalArgumentException("map " + spec().name() + ": a " + what + " of " + bytes.length
                    + " bytes; it has " + size);
        }
        return direct(bytes);
    }

    /** Copies the values of all shards. */
    final void copyAll(int at, ByteBuffer to, int target) {
        for (int shard = 0; shard < shards(); shard++) {
            Words.copyOut(buffer, at + shard * shardBytes, to, target + shard * valueStride, valueSize);
        }
    }

    /** Returns the value of a key; empty if there is none. */
    public Optional<byte[]> get(byte[] key) {
        ByteBuffer value = direct(new byte[entryBytes()]);
        return copy(argument(key, keySize, "key"), 0, value)
                ? Optional.of(bytes(value, 0, entryBytes()))
                : Optional.empty();
    }

    /** Copies the values of a key; returns whether there is one. */
    boolean copy(ByteBuffer keys, int key, ByteBuffer value) {
        int at = find(keys, key);
        if (at >= 0) {
            copyAll(at, value, 0);
        }
        return at >= 0;
    }

    /**
     * Sets the value of a key, of all shards.
     *
     * @param flags the kernel's BPF_ANY (0), BPF_NOEXIST (1), BPF_EXIST (2)
     * @return 0 or a negative error number
     */
    public long put(byte[] key, byte[] value, long flags) {
        return write(ALL_SHARDS, argument(key, keySize, "key"), 0, argument(value, entryBytes(), "value"), 0,
                flags);
    }

    /** Removes a key; returns 0 or a negative error number. */
    public long remove(byte[] key) {
        return erase(argument(key, keySize, "key"), 0);
    }

    /** Adds a value to a queue or stack; returns 0 or a negative error number. */
    public long push(byte[] value, long flags) {
        return push(argument(value, valueSize, "value"), 0, flags);
    }

    /** Takes the next value of a queue or stack; empty if there is none. */
    public Optional<byte[]> pop() {
        return take(true);
    }

    /** Returns the next value of a queue or stack; empty if there is none. */
    public Optional<byte[]> peek() {
        return take(false);
    }

    private Optional<byte[]> take(boolean remove) {
        ByteBuffer value = direct(new byte[valueSize]);
        return take(value, 0, remove) == DONE ? Optional.of(bytes(value, 0, valueSize)) : Optional.empty();
    }

    /** Passes on every key and value; entries that come or go meanwhile may or may not be among them. */
    public void entries(BiConsumer<byte[], byte[]> consumer) {
        // Kinds without entries have none.
    }

    /**
     * Passes on every key and value, and removes the entry so that nothing written to it before is lost: values are
     * read after their keys are gone. A program that still has a value's address may write to it later. Of arrays,
     * which cannot lose entries, the values are exchanged for zeros, 8 bytes at a time.
     */
    public void drain(BiConsumer<byte[], byte[]> consumer) {
        // Kinds without entries have none.
    }

    /** Removes every entry; of an array, sets every value to zeros. */
    public void clear() {
        drain((key, value) -> {});
    }
}
