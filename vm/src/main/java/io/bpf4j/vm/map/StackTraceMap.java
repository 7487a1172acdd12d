package io.bpf4j.vm.map;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.map.layout.KeyHash;
import io.bpf4j.vm.map.layout.LinkWord;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.StackTraceDescriptor;
import io.bpf4j.vm.memory.Memory;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;

/** Stack traces by an id that is made from their addresses (kernel/bpf/stackmap.c). */
public final class StackTraceMap extends ArenaMap {

    /** The flag that takes a trace for another one if the hash is the same: BPF_F_FAST_STACK_CMP. */
    public static final long COMPARE_HASH_ONLY = 1 << 9;
    /** The flag that lets a trace replace another one of the same id: BPF_F_REUSE_STACKID. */
    public static final long REPLACE = 1 << 10;

    private final FreeNodes free;
    private final int slots;
    private final int nodes;
    private final int nodeStride;

    StackTraceMap(Memory memory, long arena, long handle, MapPlan plan) {
        super(memory, arena, handle, plan);
        this.slots = origin + (int) plan.buckets();
        this.nodes = origin + (int) plan.nodes();
        this.nodeStride = plan.nodeStride();
        this.free = new FreeNodes(buffer, origin + (int) plan.freeStacks(), nodes, nodeStride);
    }

    @Override
    void format() {
        free.format(plan().nodeCount());
    }

    private int place(int node) {
        return nodes + node * nodeStride;
    }

    private int slot(int id) {
        return slots + id * Long.BYTES;
    }

    /** Returns how many addresses of a trace are kept. */
    public int depth() {
        return valueSize / Long.BYTES;
    }

    /**
     * Finds or makes the id of a trace (__bpf_get_stackid).
     *
     * @param from index of the first address that counts
     * @param count how many count, 1 to {@link #depth}
     * @param flags {@link #COMPARE_HASH_ONLY} and {@link #REPLACE}, or 0
     * @return the id or a negative error number
     */
    public long idOf(long[] addresses, int from, int count, long flags) {
        long hash = 0;
        for (int i = 0; i < count; i++) {
            hash = KeyHash.add(hash, addresses[from + i]);
        }
        int id = (int) (hash >>> plan().bucketShift());
        long old = Words.get(buffer, slot(id));
        while (LinkWord.nodePlusOne(old) != 0) {
            boolean same = isSame(place(LinkWord.nodePlusOne(old) - 1), (int) hash, addresses, from, count,
                    flags);
            if (isStill(id, old)) {
                if (same) {
                    return id;
                }
                if ((flags & REPLACE) == 0) {
                    return EXISTS;
                }
                break;
            }
            old = Words.get(buffer, slot(id));
        }
        int node = free.take(id);
        if (node < 0) {
            return ErrorNumber.ENOMEM.result();
        }
        fill(place(node), (int) hash, addresses, from, count);
        while (!Words.swap(buffer, slot(id), old, LinkWord.next(old, node + 1))) {
            old = Words.get(buffer, slot(id));
        }
        if (LinkWord.nodePlusOne(old) != 0) {
            free.give(LinkWord.nodePlusOne(old) - 1, id);
        }
        return id;
    }

    /** Returns whether what was read since a slot had a word is all of the trace that the word names. */
    private boolean isStill(int id, long word) {
        Words.fence();
        return Words.get(buffer, slot(id)) == word;
    }

    private boolean isSame(int place, int hash, long[] addresses, int from, int count, long flags) {
        return (int) Memory.INTS.get(buffer, place + StackTraceDescriptor.HASH) == hash
                && ((flags & COMPARE_HASH_ONLY) != 0 || equals(place, addresses, from, count));
    }

    private boolean equals(int place, long[] addresses, int from, int count) {
        if ((int) Memory.INTS.get(buffer, place + StackTraceDescriptor.DEPTH) != count) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (Words.plain(buffer,
                    place + StackTraceDescriptor.ADDRESSES + i * Long.BYTES) != addresses[from + i]) {
                return false;
            }
        }
        return true;
    }

    private void fill(int place, int hash, long[] addresses, int from, int count) {
        Memory.INTS.set(buffer, place + StackTraceDescriptor.DEPTH, count);
        Memory.INTS.set(buffer, place + StackTraceDescriptor.HASH, hash);
        for (int i = 0; i < depth(); i++) {
            Memory.LONGS.set(buffer, place + StackTraceDescriptor.ADDRESSES + i * Long.BYTES,
                    i < count ? addresses[from + i] : 0L);
        }
    }

    /** Programs cannot read traces (stack_map_lookup_elem). */
    @Override
    public long lookup(int shard, long key) {
        return 0;
    }

    /** Reads again a trace that was replaced or removed meanwhile. */
    @Override
    boolean copy(ByteBuffer keys, int key, ByteBuffer value) {
        int id = (int) Memory.INTS.get(keys, key);
        if (id < 0 || id >= plan().bucketCount()) {
            return false;
        }
        while (true) {
            long word = Words.get(buffer, slot(id));
            if (LinkWord.nodePlusOne(word) == 0) {
                return false;
            }
            copyAll(place(LinkWord.nodePlusOne(word) - 1) + StackTraceDescriptor.ADDRESSES, value, 0);
            if (isStill(id, word)) {
                return true;
            }
        }
    }

    @Override
    long write(int shard, ByteBuffer keys, int key, ByteBuffer values, int value, long flags) {
        return INVALID;
    }

    @Override
    long erase(ByteBuffer keys, int key) {
        int id = (int) Memory.INTS.get(keys, key);
        if (id < 0 || id >= plan().bucketCount()) {
            return FULL;
        }
        while (true) {
            long old = Words.get(buffer, slot(id));
            if (LinkWord.nodePlusOne(old) == 0) {
                return NOT_FOUND;
            }
            if (Words.swap(buffer, slot(id), old, LinkWord.next(old, 0))) {
                free.give(LinkWord.nodePlusOne(old) - 1, id);
                return DONE;
            }
        }
    }

    @Override
    public void entries(BiConsumer<byte[], byte[]> consumer) {
        for (int id = 0; id < plan().bucketCount(); id++) {
            byte[] key = bytes(direct(new byte[Integer.BYTES]).putInt(0, id), 0, Integer.BYTES);
            get(key).ifPresent(value -> consumer.accept(key, value));
        }
    }

    @Override
    public void drain(BiConsumer<byte[], byte[]> consumer) {
        entries((key, value) -> {
            if (remove(key) == DONE) {
                consumer.accept(key, value);
            }
        });
    }
}
