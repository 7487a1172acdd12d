package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.NodeDescriptor;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.Region;
import io.bpf4j.vm.program.MapSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Arrays, with one value per index or one per index and shard (kernel/bpf/arraymap.c). */
class ArrayMap extends ArenaMap {

    /** The flag for values with a lock in them, which do not exist here: BPF_F_LOCK, refused after the rest. */
    private static final long LOCK = 4;

    private final int entries;
    private final int values;
    /** A cache line per shard, where {@link #forEach} shows the index. */
    private final int keys;
    private final int keyLines;

    ArrayMap(Memory memory, long arena, long handle, MapPlan plan) {
        super(memory, arena, handle, plan);
        this.entries = spec().maxEntries();
        this.values = origin + (int) plan.values();
        this.keys = origin + (int) plan.own();
        this.keyLines = (int) (plan.end() - plan.own()) / NodeDescriptor.CACHE_LINE;
    }

    @Override
    void format() {
        byte[] initial = spec().initialData();
        buffer.put(values, initial, 0, Math.min(initial.length, valueSize));
    }

    @Override
    public List<Region> regions() {
        boolean writable = (spec().flags() & MapSpec.READ_ONLY_FOR_PROGRAMS) == 0;
        List<Region> regions = new ArrayList<>();
        for (int shard = 0; shard < shards(); shard++) {
            regions.add(row("a value", values + (long) shard * shardBytes, entries, valueStride, valueSize,
                    writable));
        }
        regions.add(row("the index", keys, keyLines, NodeDescriptor.CACHE_LINE, Integer.BYTES, false));
        return regions;
    }

    @Override
    int find(ByteBuffer from, int key) {
        int index = (int) Memory.INTS.get(from, key);
        return index < 0 || index >= entries ? -1 : values + index * valueStride;
    }

    /** Here again, so that HotSpot compiles it for this class. */
    @Override
    public long lookup(int shard, long key) {
        int at = find(buffer, memory().index(key, Integer.BYTES));
        return at < 0 ? 0 : address(at + shard * shardBytes);
    }

    @Override
    long write(int shard, ByteBuffer from, int key, ByteBuffer source, int value, long flags) {
        long how = flags & ~LOCK;
        if (Long.compareUnsigned(how, EXIST) > 0) {
            return INVALID;
        }
        int at = find(from, key);
        if (at < 0) {
            return FULL;
        }
        if (how == NO_EXIST) {
            return EXISTS;
        }
        if (how != flags) {
            return INVALID;
        }
        if (shard == ALL_SHARDS) {
            for (int i = 0; i < shards(); i++) {
                Words.copyIn(source, value + i * valueStride, buffer, at + i * shardBytes, valueSize);
            }
        } else {
            Words.copyIn(source, value, buffer, at + shard * shardBytes, valueSize);
        }
        return DONE;
    }

    @Override
    long erase(ByteBuffer from, int key) {
        return INVALID;
    }

    @Override
    public long forEach(int shard, Visitor visitor) {
        int line = keys + Math.min(shard, keyLines - 1) * NodeDescriptor.CACHE_LINE;
        for (int i = 0; i < entries; i++) {
            Memory.INTS.setOpaque(buffer, line, i);
            if (!visitor.visit(address(line), address(values + i * valueStride + shard * shardBytes))) {
                return i + 1L;
            }
        }
        return entries;
    }

    @Override
    public void entries(BiConsumer<byte[], byte[]> consumer) {
        for (int i = 0; i < entries; i++) {
            ByteBuffer value = direct(new byte[entryBytes()]);
            copyAll(values + i * valueStride, value, 0);
            consumer.accept(key(i), bytes(value, 0, entryBytes()));
        }
    }

    private static byte[] key(int index) {
        return bytes(direct(new byte[Integer.BYTES]).putInt(0, index), 0, Integer.BYTES);
    }

    @Override
    public void drain(BiConsumer<byte[], byte[]> consumer) {
        for (int i = 0; i < entries; i++) {
            ByteBuffer value = direct(new byte[shards() * valueStride]);
            for (int shard = 0; shard < shards(); shard++) {
                for (int offset = 0; offset < valueStride; offset += Long.BYTES) {
                    int at = values + i * valueStride + shard * shardBytes + offset;
                    value.putLong(shard * valueStride + offset,
                            (long) Memory.LONGS.getAndSet(buffer, at, 0L));
                }
            }
            consumer.accept(key(i), bytes(value, 0, entryBytes()));
        }
    }
}
