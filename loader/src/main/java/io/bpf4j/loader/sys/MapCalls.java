package io.bpf4j.loader.sys;

import io.bpf4j.loader.sys.NativeMemory.Block;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The map commands of {@code bpf()}, one method each. Stateless.
 *
 * <p>
 * Keys and values are the raw bytes that programs see. A value of a per-CPU map is, to these commands, one array: for
 * each possible CPU its value rounded up to 8 bytes.
 */
public final class MapCalls {
    private final Kernel kernel;

    /** Calls on {@code kernel}. */
    public MapCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Whether {@link #update} may make, or must find, the entry. */
    public enum Update {
        /** BPF_ANY. */
        ALWAYS,
        /** BPF_NOEXIST: fails with EEXIST. */
        ONLY_NEW,
        /** BPF_EXIST: fails with ENOENT. */
        ONLY_EXISTING
    }

    /**
     * How many bytes an entry takes.
     *
     * @param keySize
     *            bytes of a key
     * @param valueSize
     *            bytes of a value as these commands see it, all CPUs together
     */
    public record Shape(int keySize, int valueSize) {}

    /** Receives the entries of a batch. */
    @FunctionalInterface
    public interface EntryHandler {
        /** Takes one entry; the buffers are little-endian, reused, and valid during this call only. */
        void entry(ByteBuffer keys, int keyOffset, ByteBuffer values, int valueOffset);
    }

    /** Makes a map (BPF_MAP_CREATE). */
    public Fd create(MapParameters parameters) {
        try (var memory = new NativeMemory()) {
            var attribute = memory.allocate(MapCreateDescriptor.LENGTH);
            attribute.bytes().putInt(MapCreateDescriptor.MAP_TYPE, parameters.type())
                    .putInt(MapCreateDescriptor.KEY_SIZE, parameters.keySize())
                    .putInt(MapCreateDescriptor.VALUE_SIZE, parameters.valueSize())
                    .putInt(MapCreateDescriptor.MAX_ENTRIES, parameters.maxEntries())
                    .putInt(MapCreateDescriptor.MAP_FLAGS, parameters.flags())
                    .putInt(MapCreateDescriptor.INNER_MAP_FD, parameters.inner())
                    .putInt(MapCreateDescriptor.BTF_FD, parameters.types().btfFd())
                    .putInt(MapCreateDescriptor.BTF_KEY_TYPE_ID, parameters.types().keyId())
                    .putInt(MapCreateDescriptor.BTF_VALUE_TYPE_ID, parameters.types().valueId())
                    .putLong(MapCreateDescriptor.MAP_EXTRA, parameters.extra());
            ObjectName.write(attribute, MapCreateDescriptor.MAP_NAME, parameters.name());
            return kernel.bpfFd(Command.MAP_CREATE, attribute,
                    () -> "creating map \"" + parameters.name() + "\" (" + parameters + ")");
        }
    }

    /** Reads the value of {@code key} (BPF_MAP_LOOKUP_ELEM); empty if there is none. */
    public Optional<byte[]> lookup(Fd map, byte[] key, int valueSize) {
        return lookup(Command.MAP_LOOKUP_ELEM, map, key, valueSize);
    }

    /** Takes the value of {@code key} out of the map (BPF_MAP_LOOKUP_AND_DELETE_ELEM); a queue's key is empty. */
    public Optional<byte[]> take(Fd map, byte[] key, int valueSize) {
        return lookup(Command.MAP_LOOKUP_AND_DELETE_ELEM, map, key, valueSize);
    }

    private Optional<byte[]> lookup(Command command, Fd map, byte[] key, int valueSize) {
        try (var memory = new NativeMemory()) {
            var value = memory.allocate(valueSize);
            var attribute = element(memory, map, memory.bytes(key), value, 0);
            return found(command, attribute, map) ? Optional.of(value.copy(valueSize)) : Optional.empty();
        }
    }

    /** Sets the value of {@code key} (BPF_MAP_UPDATE_ELEM). */
    public void update(Fd map, byte[] key, byte[] value, Update how) {
        try (var memory = new NativeMemory()) {
            var attribute = element(memory, map, memory.bytes(key), memory.bytes(value), how.ordinal());
            kernel.requireBpf(Command.MAP_UPDATE_ELEM, attribute, () -> "updating the map of " + map);
        }
    }

    /** Removes the entry of {@code key} (BPF_MAP_DELETE_ELEM); false if there was none. */
    public boolean delete(Fd map, byte[] key) {
        try (var memory = new NativeMemory()) {
            return found(Command.MAP_DELETE_ELEM, element(memory, map, memory.bytes(key), Block.NONE, 0),
                    map);
        }
    }

    /**
     * The key after {@code key} in the map's own order (BPF_MAP_GET_NEXT_KEY), empty after the last one.
     *
     * @param key
     *            where to go on from; an empty array asks for the first key
     */
    public Optional<byte[]> nextKey(Fd map, byte[] key, int keySize) {
        try (var memory = new NativeMemory()) {
            var next = memory.allocate(keySize);
            var attribute = element(memory, map, memory.bytes(key), next, 0);
            return found(Command.MAP_GET_NEXT_KEY, attribute, map)
                    ? Optional.of(next.copy(keySize))
                    : Optional.empty();
        }
    }

    /**
     * Forbids every later change from outside programs (BPF_MAP_FREEZE), so that the verifier may trust the contents.
     */
    public void freeze(Fd map) {
        try (var memory = new NativeMemory()) {
            kernel.requireBpf(Command.MAP_FREEZE, element(memory, map, Block.NONE, Block.NONE, 0),
                    () -> "freezing the map of " + map);
        }
    }

    /** Passes all entries to {@code handler}, many per system call (BPF_MAP_LOOKUP_BATCH); returns how many. */
    public long forEach(Fd map, Shape shape, int perCall, EntryHandler handler) {
        return walk(Command.MAP_LOOKUP_BATCH, map, shape, perCall, handler);
    }

    /** Passes all entries to {@code handler} and removes them (BPF_MAP_LOOKUP_AND_DELETE_BATCH); returns how many. */
    public long drain(Fd map, Shape shape, int perCall, EntryHandler handler) {
        return walk(Command.MAP_LOOKUP_AND_DELETE_BATCH, map, shape, perCall, handler);
    }

    /** Sets many entries (BPF_MAP_UPDATE_BATCH): keys and values each one after another. Returns how many were set. */
    public int updateAll(Fd map, byte[] keys, byte[] values, int count) {
        return batch(Command.MAP_UPDATE_BATCH, map, keys, values, count);
    }

    /** Removes many entries (BPF_MAP_DELETE_BATCH), which must all exist; returns how many were removed. */
    public int deleteAll(Fd map, byte[] keys, int count) {
        return batch(Command.MAP_DELETE_BATCH, map, keys, new byte[0], count);
    }

    private int batch(Command command, Fd map, byte[] keys, byte[] values, int count) {
        try (var memory = new NativeMemory()) {
            var attribute = memory.allocate(MapBatchDescriptor.LENGTH);
            attribute.bytes().putLong(MapBatchDescriptor.KEYS, memory.bytes(keys).address())
                    .putLong(MapBatchDescriptor.VALUES, memory.bytes(values).address())
                    .putInt(MapBatchDescriptor.COUNT, count).putInt(MapBatchDescriptor.MAP_FD, map.number());
            kernel.requireBpf(command, attribute, () -> count + " entries at once in the map of " + map);
            return attribute.bytes().getInt(MapBatchDescriptor.COUNT);
        }
    }

    /**
     * A walk in batches. The kernel keeps its place in an opaque token as large as a key, at least 4 bytes
     * (kernel/bpf/hashtab.c, __htab_map_lookup_and_delete_batch); ENOENT means that this batch was the last one, and
     * ENOSPC that one hash bucket has more entries than there is room for.
     */
    private long walk(Command command, Fd map, Shape shape, int perCall, EntryHandler handler) {
        int room = perCall;
        long total = 0;
        try (var tokens = new NativeMemory()) {
            int tokenSize = Math.max(shape.keySize(), Integer.BYTES);
            var token = tokens.allocate(tokenSize);
            boolean first = true;
            while (true) {
                try (var memory = new NativeMemory()) {
                    var keys = memory.allocate(Math.multiplyExact(room, shape.keySize()));
                    var values = memory.allocate(Math.multiplyExact(room, shape.valueSize()));
                    var attribute = memory.allocate(MapBatchDescriptor.LENGTH);
                    attribute.bytes().putLong(MapBatchDescriptor.IN_BATCH, first ? 0 : token.address())
                            .putLong(MapBatchDescriptor.OUT_BATCH, token.address())
                            .putLong(MapBatchDescriptor.KEYS, keys.address())
                            .putLong(MapBatchDescriptor.VALUES, values.address())
                            .putInt(MapBatchDescriptor.COUNT, room)
                            .putInt(MapBatchDescriptor.MAP_FD, map.number());
                    long result = kernel.bpf(command, attribute);
                    var outcome = SystemCallException.isError(result)
                            ? SystemCallException.errnoOf(result)
                            : null;
                    if (outcome == Errno.ENOSPC) {
                        room = Math.multiplyExact(room, 2);
                        continue;
                    }
                    if (outcome != null && outcome != Errno.ENOENT) {
                        throw new SystemCallException(command.call(), outcome, "walking the map of " + map);
                    }
                    int count = attribute.bytes().getInt(MapBatchDescriptor.COUNT);
                    deliver(shape, keys.bytes(), values.bytes(), count, handler);
                    total += count;
                    first = false;
                    if (outcome == Errno.ENOENT) {
                        return total;
                    }
                }
            }
        }
    }

    private static void deliver(Shape shape, ByteBuffer keys, ByteBuffer values, int count,
            EntryHandler handler) {
        for (int i = 0; i < count; i++) {
            handler.entry(keys, i * shape.keySize(), values, i * shape.valueSize());
        }
    }

    private static Block element(NativeMemory memory, Fd map, Block key, Block value, long flags) {
        var attribute = memory.allocate(MapElementDescriptor.LENGTH);
        attribute.bytes().putInt(MapElementDescriptor.MAP_FD, map.number())
                .putLong(MapElementDescriptor.KEY, key.address())
                .putLong(MapElementDescriptor.VALUE, value.address())
                .putLong(MapElementDescriptor.FLAGS, flags);
        return attribute;
    }

    private boolean found(Command command, Block attribute, Fd map) {
        long result = kernel.bpf(command, attribute);
        if (SystemCallException.isError(result) && SystemCallException.errnoOf(result) == Errno.ENOENT) {
            return false;
        }
        SystemCallException.check(result, command.call(), () -> "the map of " + map);
        return true;
    }

    /** A 32-bit key or value as maps hold it. */
    public static byte[] bytesOf(int number) {
        return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array();
    }

    /** A 64-bit key or value as maps hold it. */
    public static byte[] bytesOf(long number) {
        return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
    }
}
