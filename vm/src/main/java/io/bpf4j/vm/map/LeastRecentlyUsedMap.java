package io.bpf4j.vm.map;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.NodeDescriptor;
import io.bpf4j.vm.memory.Memory;

/**
 * Hash tables in which an entry that was not used for some time gives way to a new one (kernel/bpf/bpf_lru_list.c). The
 * kernel keeps lists; here a hand goes round the nodes, spares once who was looked up since it last passed, and takes
 * the others.
 */
final class LeastRecentlyUsedMap extends HashTableMap {

    /** How often the hand goes round before the map is said to be full: other threads take what it frees. */
    private static final int ROUNDS = 8;

    private final int hand;
    private final int referenced;
    private final int nodes;

    LeastRecentlyUsedMap(Memory memory, long arena, long handle, MapPlan plan) {
        super(memory, arena, handle, plan);
        this.hand = origin + (int) plan.own() + NodeDescriptor.HAND;
        this.referenced = origin + (int) plan.own() + NodeDescriptor.REFERENCED;
        this.nodes = plan.nodeCount();
    }

    /** A program's lookup counts as use; a tool's does not (htab_lru_map_lookup_elem_sys). */
    @Override
    public long lookup(int shard, long key) {
        long found = table.find(buffer, memory().index(key, keySize), -1);
        if (found == KeyTable.ABSENT) {
            return 0;
        }
        int node = KeyTable.node(found);
        if (buffer.get(referenced + node) == 0) {
            buffer.put(referenced + node, (byte) 1);
        }
        return address(valuePlace(node) + shard * shardBytes);
    }

    @Override
    int allocate(int bucket) {
        int node = table.allocate(bucket);
        for (long i = 0; node < 0 && i < (long) ROUNDS * nodes; i++) {
            int emptied = evict(Integer.remainderUnsigned(Words.addInt(buffer, hand, 1), nodes));
            if (emptied >= 0) {
                node = table.allocateNear(emptied);
            }
        }
        if (node >= 0) {
            buffer.put(referenced + node, (byte) 0);
        }
        return node;
    }

    /** Removes the entry of a node that was not used; returns the number of its bucket, -1 if nothing came free. */
    private int evict(int node) {
        if (buffer.get(referenced + node) != 0) {
            buffer.put(referenced + node, (byte) 0);
            return -1;
        }
        int bucket = table.bucketNumber(node);
        long entry = table.entryOf(node);
        if (entry == KeyTable.ABSENT || !table.mark(entry)) {
            return -1;
        }
        table.sweep(table.bucketAt(bucket));
        return bucket;
    }

    @Override
    long full() {
        return ErrorNumber.ENOMEM.result();
    }
}
