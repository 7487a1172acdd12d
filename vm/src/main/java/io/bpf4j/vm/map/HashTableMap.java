package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.Region;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Hash tables, with one value per key or one per key and shard (kernel/bpf/hashtab.c). */
class HashTableMap extends ArenaMap {

    /** What a key that is no prefix has in place of its length. */
    private static final int WHOLE = -1;
    /** How many entries are removed at a time before their values are read. */
    private static final int DRAIN_BATCH = 256;

    final KeyTable table;
    private final int values;

    HashTableMap(Memory memory, long arena, long handle, MapPlan plan) {
        super(memory, arena, handle, plan);
        this.table = new KeyTable(buffer, origin, plan);
        this.values = origin + (int) plan.values();
    }

    @Override
    void format() {
        table.free().format(plan().nodeCount());
    }

    /** Returns how many nodes are free, while no other thread uses the map: for checks of what was lost. */
    int freeNodes() {
        return table.free().count();
    }

    @Override
    public List<Region> regions() {
        List<Region> regions = new ArrayList<>();
        int nodes = plan().nodeCount();
        for (int shard = 0; shard < shards(); shard++) {
            regions.add(
                    row("a value", values + (long) shard * shardBytes, nodes, valueStride, valueSize, true));
        }
        regions.add(row("a key", table.keyPlace(0), nodes, plan().nodeStride(), keySize, false));
        return regions;
    }

    final int valuePlace(int node) {
        return values + node * valueStride;
    }

    /** Returns the length of a key that is a prefix; -1 if keys are none. */
    int prefix(ByteBuffer keys, int key) {
        return WHOLE;
    }

    /** Finds the entry of a key: a reference, or {@link KeyTable#ABSENT}. */
    long entry(ByteBuffer keys, int key) {
        return table.find(keys, key, WHOLE);
    }

    @Override
    final int find(ByteBuffer keys, int key) {
        long found = entry(keys, key);
        return found == KeyTable.ABSENT ? -1 : valuePlace(KeyTable.node(found));
    }

    /** Here again, so that HotSpot compiles it for this class. */
    @Override
    public long lookup(int shard, long key) {
        long found = entry(buffer, memory().index(key, keySize));
        return found == KeyTable.ABSENT ? 0 : address(valuePlace(KeyTable.node(found)) + shard * shardBytes);
    }

    /** Reads again what was removed meanwhile, whose place another key may have got. */
    @Override
    final boolean copy(ByteBuffer keys, int key, ByteBuffer value) {
        while (true) {
            long found = entry(keys, key);
            if (found == KeyTable.ABSENT) {
                return false;
            }
            copyAll(valuePlace(KeyTable.node(found)), value, 0);
            Words.fence();
            if (table.isCurrent(found)) {
                return true;
            }
        }
    }

    @Override
    long write(int shard, ByteBuffer keys, int key, ByteBuffer source, int value, long flags) {
        if (Long.compareUnsigned(flags, EXIST) > 0) {
            return INVALID;
        }
        int prefix = prefix(keys, key);
        long first = table.firstWord(keys, key, prefix);
        int bucket = table.bucket(keys, key, prefix, first);
        int fresh = -1;
        long result;
        while (true) {
            long head = table.head(bucket);
            long found = table.scan(bucket, head, keys, key, prefix, first);
            if (found == KeyTable.CHANGED) {
                continue;
            }
            if (found != KeyTable.ABSENT) {
                if (flags == NO_EXIST) {
                    result = EXISTS;
                    break;
                }
                if (table.hold(found)) {
                    fill(KeyTable.node(found), shard, source, value);
                    table.drop(KeyTable.node(found));
                    result = DONE;
                    break;
                }
                continue;
            }
            if (flags == EXIST) {
                result = NOT_FOUND;
                break;
            }
            if (fresh < 0) {
                fresh = allocate(bucket);
                if (fresh < 0) {
                    return full();
                }
                prepare(fresh, shard, source, value);
                table.writeKey(fresh, keys, key, prefix, first);
                countKey(prefix);
            }
            if (table.link(bucket, head, fresh)) {
                return DONE;
            }
        }
        if (fresh >= 0) {
            table.drop(fresh);
        }
        return result;
    }

    /** Takes a node; -1 if there is none. */
    int allocate(int bucket) {
        return table.allocate(bucket);
    }

    /** Returns what an update returns that finds no room. */
    long full() {
        return FULL;
    }

    /** Called when a key is about to come into the table. */
    void countKey(int prefix) {
        // Only tries count.
    }

    /** Sets the values of a node that nobody else knows: other shards' are zeros (pcpu_init_value). */
    private void prepare(int node, int shard, ByteBuffer source, int value) {
        for (int i = 0; shard != ALL_SHARDS && i < shards(); i++) {
            if (i != shard) {
                Words.clear(buffer, valuePlace(node) + i * shardBytes, valueStride);
            }
        }
        fill(node, shard, source, value);
    }

    private void fill(int node, int shard, ByteBuffer source, int value) {
        int place = valuePlace(node);
        if (shard == ALL_SHARDS) {
            for (int i = 0; i < shards(); i++) {
                Words.copyIn(source, value + i * valueStride, buffer, place + i * shardBytes, valueSize);
            }
        } else {
            Words.copyIn(source, value, buffer, place + shard * shardBytes, valueSize);
        }
    }

    @Override
    long erase(ByteBuffer keys, int key) {
        int prefix = prefix(keys, key);
        long first = table.firstWord(keys, key, prefix);
        int bucket = table.bucket(keys, key, prefix, first);
        while (true) {
            long found = table.scan(bucket, table.head(bucket), keys, key, prefix, first);
            if (found == KeyTable.ABSENT) {
                return NOT_FOUND;
            }
            if (found != KeyTable.CHANGED && table.mark(found)) {
                table.sweep(bucket);
                return DONE;
            }
        }
    }

    @Override
    public long forEach(int shard, Visitor visitor) {
        long visited = 0;
        long[] found = new long[8];
        for (int i = 0; i < table.bucketCount(); i++) {
            found = table.collect(table.bucketAt(i), found);
            for (int j = 0; found[j] != KeyTable.ABSENT; j++) {
                int node = KeyTable.node(found[j]);
                visited++;
                if (!visitor.visit(address(table.keyPlace(node)),
                        address(valuePlace(node) + shard * shardBytes))) {
                    return visited;
                }
            }
        }
        return visited;
    }

    @Override
    public void entries(BiConsumer<byte[], byte[]> consumer) {
        long[] found = new long[8];
        for (int i = 0; i < table.bucketCount(); i++) {
            found = table.collect(table.bucketAt(i), found);
            for (int j = 0; found[j] != KeyTable.ABSENT; j++) {
                long entry = table.holdEntry(found[j]);
                if (entry != KeyTable.ABSENT) {
                    pass(KeyTable.node(entry), consumer);
                    table.drop(KeyTable.node(entry));
                }
            }
        }
    }

    private void pass(int node, BiConsumer<byte[], byte[]> consumer) {
        ByteBuffer value = direct(new byte[shards() * valueStride]);
        copyAll(valuePlace(node), value, 0);
        consumer.accept(bytes(buffer, table.keyPlace(node), keySize), bytes(value, 0, entryBytes()));
    }

    @Override
    public void drain(BiConsumer<byte[], byte[]> consumer) {
        int[] removed = new int[DRAIN_BATCH];
        int count = 0;
        long[] found = new long[8];
        for (int i = 0; i < table.bucketCount(); i++) {
            int bucket = table.bucketAt(i);
            found = table.collect(bucket, found);
            for (int j = 0; found[j] != KeyTable.ABSENT; j++) {
                if (removeHeld(found[j])) {
                    removed[count++] = KeyTable.node(found[j]);
                }
                if (count == DRAIN_BATCH) {
                    table.sweep(bucket);
                    passAll(removed, count, consumer);
                    count = 0;
                }
            }
            table.sweep(bucket);
        }
        passAll(removed, count, consumer);
    }

    /** Deletes an entry and keeps hold of its node; false if somebody else deleted it. */
    private boolean removeHeld(long reference) {
        long entry = table.holdEntry(reference);
        while (entry != KeyTable.ABSENT && !table.mark(entry)) {
            table.drop(KeyTable.node(entry));
            entry = table.holdEntry(table.entryOf(KeyTable.node(entry)));
        }
        return entry != KeyTable.ABSENT;
    }

    private void passAll(int[] nodes, int count, BiConsumer<byte[], byte[]> consumer) {
        for (int i = 0; i < count; i++) {
            pass(nodes[i], consumer);
            table.drop(nodes[i]);
        }
    }
}
