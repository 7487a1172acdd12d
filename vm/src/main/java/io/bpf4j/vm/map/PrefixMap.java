package io.bpf4j.vm.map;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.memory.Memory;
import java.nio.ByteBuffer;

/**
 * Longest-prefix match: to programs a trie (kernel/bpf/lpm_trie.c), in memory a hash table of prefixes with a count per
 * length, so that a lookup tries the lengths that exist, the longest first. A key is a u32, the prefix's length in
 * bits, and the bytes; bits beyond the length are kept as zeros.
 */
final class PrefixMap extends HashTableMap {

    private final int longest;

    PrefixMap(Memory memory, long arena, long handle, MapPlan plan) {
        super(memory, arena, handle, plan);
        this.longest = (keySize - Integer.BYTES) * Byte.SIZE;
    }

    @Override
    int prefix(ByteBuffer keys, int key) {
        return (int) Memory.INTS.get(keys, key);
    }

    private boolean isTooLong(ByteBuffer keys, int key) {
        int prefix = prefix(keys, key);
        return prefix < 0 || prefix > longest;
    }

    @Override
    long entry(ByteBuffer keys, int key) {
        if (isTooLong(keys, key)) {
            return KeyTable.ABSENT;
        }
        for (int prefix = prefix(keys, key); prefix >= 0; prefix--) {
            if (table.hasPrefix(prefix)) {
                long found = table.find(keys, key, prefix);
                if (found != KeyTable.ABSENT) {
                    return found;
                }
            }
        }
        return KeyTable.ABSENT;
    }

    @Override
    long write(int shard, ByteBuffer keys, int key, ByteBuffer source, int value, long flags) {
        return isTooLong(keys, key) ? INVALID : super.write(shard, keys, key, source, value, flags);
    }

    @Override
    long erase(ByteBuffer keys, int key) {
        return isTooLong(keys, key) ? INVALID : super.erase(keys, key);
    }

    @Override
    void countKey(int prefix) {
        table.countPrefix(prefix);
    }

    @Override
    long full() {
        return ErrorNumber.ENOSPC.result();
    }

    /** The kernel's has no visits (lpm_trie.c, trie_map_ops). */
    @Override
    public long forEach(int shard, Visitor visitor) {
        return UNSUPPORTED;
    }
}
