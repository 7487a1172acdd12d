package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.KeyHash;
import io.bpf4j.vm.map.layout.LinkWord;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.NodeDescriptor;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.MapKind;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The lock-free table from keys to nodes that all hash kinds have in common: the algorithm of {@link NodeDescriptor}
 * (Michael, "High performance dynamic lock-free hash tables and list-based sets", 2002, with insertion at the head).
 *
 * <p>An entry that was found is handed on as a reference: its node's number plus one in the upper half, the lower half
 * of its link in the lower. As the link's tag never goes back, a reference does not come to mean another entry.
 *
 * <p>Keys are read at an index of any direct buffer. A prefix of -1 is none; else the key is that of an LPM trie,
 * taken as if it had this length.
 */
final class KeyTable {

    /** There is no such key. */
    static final long ABSENT = 0;
    /** What was read no longer held when it was checked. */
    static final long CHANGED = -1;

    private static final long LOW = 0xffff_ffffL;

    private final ByteBuffer buffer;
    private final int buckets;
    private final int bucketCount;
    private final int bucketShift;
    private final int nodes;
    private final int nodeStride;
    private final int keySize;
    private final int firstSize;
    private final FreeNodes free;
    /** Where the counts of prefix lengths are; 0 if the table has none. */
    private final int prefixCounts;

    KeyTable(ByteBuffer buffer, int origin, MapPlan plan) {
        this.buffer = buffer;
        this.buckets = origin + (int) plan.buckets();
        this.bucketCount = plan.bucketCount();
        this.bucketShift = plan.bucketShift();
        this.nodes = origin + (int) plan.nodes();
        this.nodeStride = plan.nodeStride();
        this.keySize = plan.spec().keySize();
        this.firstSize = Math.min(keySize, Long.BYTES);
        this.free = new FreeNodes(buffer, origin + (int) plan.freeStacks(), nodes, nodeStride);
        this.prefixCounts = plan.spec().kind() == MapKind.LPM_TRIE ? origin + (int) plan.own() : 0;
    }

    FreeNodes free() {
        return free;
    }

    int bucketCount() {
        return bucketCount;
    }

    /** Returns the index of a bucket by its number. */
    int bucketAt(int number) {
        return buckets + number * Long.BYTES;
    }

    /** Returns the number of a reference's node. */
    static int node(long reference) {
        return (int) (reference >>> 32) - 1;
    }

    private int place(int node) {
        return nodes + node * nodeStride;
    }

    /** Returns the index of a node's key. */
    int keyPlace(int node) {
        return place(node) + NodeDescriptor.KEY;
    }

    /** Returns the first 8 bytes of a key. */
    long firstWord(ByteBuffer keys, int key, int prefix) {
        long word = Words.part(keys, key, firstSize);
        return prefix < 0 ? word : word & mask(prefix, 0) & ~LOW | prefix;
    }

    private long laterWord(ByteBuffer keys, int key, int prefix, int offset) {
        return prefix < 0 && offset + Long.BYTES <= keySize
                ? Words.plain(keys, key + offset)
                : partOfWord(keys, key, prefix, offset);
    }

    private long partOfWord(ByteBuffer keys, int key, int prefix, int offset) {
        long word = Words.part(keys, key + offset, Math.min(keySize - offset, Long.BYTES));
        return prefix < 0 ? word : word & mask(prefix, offset);
    }

    /** Returns the bits of a trie's key that count, in the 8 bytes at an offset; the length itself counts too. */
    private static long mask(int prefix, int offset) {
        int bits = Math.clamp((long) prefix + Integer.SIZE - offset * 8L, 0, Long.SIZE);
        return bits == 0 ? 0 : Long.reverseBytes(-1L << Long.SIZE - bits);
    }

    /** Returns the index of the bucket of a key. */
    int bucket(ByteBuffer keys, int key, int prefix, long first) {
        long hash = first * KeyHash.FACTOR;
        for (int offset = Long.BYTES; offset < keySize; offset += Long.BYTES) {
            hash = KeyHash.add(hash, laterWord(keys, key, prefix, offset));
        }
        return buckets + (int) (hash >>> bucketShift) * Long.BYTES;
    }

    private boolean restEquals(int place, ByteBuffer keys, int key, int prefix) {
        for (int offset = Long.BYTES; offset < keySize; offset += Long.BYTES) {
            if (laterWord(keys, key, prefix, offset) != Words.plain(buffer, place + offset)) {
                return false;
            }
        }
        return true;
    }

    /** Writes the key of a node that nobody else knows. */
    void writeKey(int node, ByteBuffer keys, int key, int prefix, long first) {
        int place = keyPlace(node);
        Memory.LONGS.set(buffer, place, first);
        for (int offset = Long.BYTES; offset < keySize; offset += Long.BYTES) {
            Memory.LONGS.set(buffer, place + offset, laterWord(keys, key, prefix, offset));
        }
    }

    /** Returns the word at a bucket, to search from. */
    long head(int bucket) {
        return Words.get(buffer, bucket);
    }

    /** Finds a key: a reference, or {@link #ABSENT}. */
    long find(ByteBuffer keys, int key, int prefix) {
        long first = firstWord(keys, key, prefix);
        int bucket = bucket(keys, key, prefix, first);
        long found;
        do {
            found = scan(bucket, head(bucket), keys, key, prefix, first);
        } while (found == CHANGED);
        return found;
    }

    /**
     * Searches a chain, and unlinks the first deleted node that it meets.
     *
     * @param head what {@link #head} gave
     * @return a reference, {@link #ABSENT}, or {@link #CHANGED} if the caller has to begin again with the bucket's word
     */
    long scan(int bucket, long head, ByteBuffer keys, int key, int prefix, long first) {
        int before = bucket;
        long word = head;
        while (LinkWord.nodePlusOne(word) != 0) {
            int place = place(LinkWord.nodePlusOne(word) - 1);
            long link = Words.get(buffer, place + NodeDescriptor.LINK);
            boolean same = Words.plain(buffer, place + NodeDescriptor.KEY) == first
                    && (keySize <= Long.BYTES || restEquals(place + NodeDescriptor.KEY, keys, key, prefix));
            Words.fence();
            if (Words.get(buffer, before) != word) {
                return CHANGED;
            }
            if (LinkWord.isMarked(link)) {
                unlink(before, word, link);
                return CHANGED;
            }
            if (same) {
                return word & ~LOW | link & LOW;
            }
            before = place;
            word = link;
        }
        return ABSENT;
    }

    private void unlink(int before, long word, long link) {
        if (Words.swap(buffer, before, word, LinkWord.next(word, LinkWord.nodePlusOne(link)))) {
            drop(LinkWord.nodePlusOne(word) - 1);
        }
    }

    /** Unlinks all deleted nodes of a bucket. */
    void sweep(int bucket) {
        int before = bucket;
        long word = Words.get(buffer, bucket);
        while (LinkWord.nodePlusOne(word) != 0) {
            int place = place(LinkWord.nodePlusOne(word) - 1);
            long link = Words.get(buffer, place + NodeDescriptor.LINK);
            if (Words.get(buffer, before) == word && !LinkWord.isMarked(link)) {
                before = place;
                word = link;
            } else {
                if (Words.get(buffer, before) == word) {
                    unlink(before, word, link);
                }
                before = bucket;
                word = Words.get(buffer, bucket);
            }
        }
    }

    /** Takes a free node for a bucket, with one holder; -1 if there is none. */
    int allocate(int bucket) {
        return allocateNear((bucket - buckets) / Long.BYTES);
    }

    /** Takes a free node, with one holder, first of all one that was in a bucket of a number; -1 if there is none. */
    int allocateNear(int bucketNumber) {
        int node = free.take(bucketNumber);
        if (node >= 0) {
            int state = place(node) + NodeDescriptor.STATE;
            long generation = Words.get(buffer, state) & ~NodeDescriptor.HOLDERS;
            Words.set(buffer, state, generation + NodeDescriptor.GENERATION + 1);
        }
        return node;
    }

    /** Counts the prefix length of a node that is about to be linked; {@link #drop} takes it back. */
    void countPrefix(int prefix) {
        Words.addInt(buffer, prefixCounts + prefix * Integer.BYTES, 1);
    }

    /** Returns whether a prefix length may be in use. */
    boolean hasPrefix(int prefix) {
        return (int) Memory.INTS.getAcquire(buffer, prefixCounts + prefix * Integer.BYTES) != 0;
    }

    /** Links a node at a bucket whose word is still the one that the search began with; false if it is not. */
    boolean link(int bucket, long head, int node) {
        int place = place(node);
        long link = Words.get(buffer, place + NodeDescriptor.LINK);
        Words.set(buffer, place + NodeDescriptor.LINK, LinkWord.next(link, LinkWord.nodePlusOne(head)));
        return Words.swap(buffer, bucket, head, LinkWord.next(head, node + 1));
    }

    /** Holds the node of an entry; false if the entry changed since it was found. To be followed by {@link #drop}. */
    boolean hold(long reference) {
        int place = place(node(reference));
        while (true) {
            long state = Words.get(buffer, place + NodeDescriptor.STATE);
            if ((state & NodeDescriptor.HOLDERS) == 0 || !isCurrent(reference)) {
                return false;
            }
            if (Words.swap(buffer, place + NodeDescriptor.STATE, state, state + 1)) {
                return true;
            }
        }
    }

    /** Returns whether an entry is still what it was when it was found. */
    boolean isCurrent(long reference) {
        long link = Words.get(buffer, place(node(reference)) + NodeDescriptor.LINK);
        return (int) link == (int) reference;
    }

    /** Takes a holder from a node; the last one frees it. */
    void drop(int node) {
        int place = place(node);
        long state = Words.get(buffer, place + NodeDescriptor.STATE);
        int hint = 0;
        while (true) {
            boolean last = (state & NodeDescriptor.HOLDERS) == 1;
            if (last) {
                hint = bucketNumber(node);
            }
            if (Words.swap(buffer, place + NodeDescriptor.STATE, state, state - 1)) {
                if (last) {
                    release(node, hint);
                }
                return;
            }
            state = Words.get(buffer, place + NodeDescriptor.STATE);
        }
    }

    private void release(int node, int hint) {
        if (prefixCounts != 0) {
            int prefix = (int) Words.plain(buffer, keyPlace(node));
            Words.addInt(buffer, prefixCounts + prefix * Integer.BYTES, -1);
        }
        free.give(node, hint);
    }

    /** Returns the number of the bucket of a node's own key. */
    int bucketNumber(int node) {
        int place = keyPlace(node);
        long hash = 0;
        for (int offset = 0; offset < keySize; offset += Long.BYTES) {
            hash = KeyHash.add(hash, Words.plain(buffer, place + offset));
        }
        return (int) (hash >>> bucketShift);
    }

    /** Deletes an entry; false if it changed since it was found. To be followed by {@link #sweep}. */
    boolean mark(long reference) {
        int place = place(node(reference)) + NodeDescriptor.LINK;
        long link = Words.get(buffer, place);
        return (int) link == (int) reference && Words.swap(buffer, place, link, LinkWord.marked(link));
    }

    /**
     * Collects the entries of a bucket.
     *
     * @param into takes the references; made longer if need be
     * @return the references and, behind them, {@link #ABSENT}
     */
    long[] collect(int bucket, long[] into) {
        long[] found = into;
        int before = bucket;
        long word = Words.get(buffer, bucket);
        int count = 0;
        while (LinkWord.nodePlusOne(word) != 0) {
            int place = place(LinkWord.nodePlusOne(word) - 1);
            long link = Words.get(buffer, place + NodeDescriptor.LINK);
            if (Words.get(buffer, before) != word || LinkWord.isMarked(link)) {
                sweep(bucket);
                before = bucket;
                word = Words.get(buffer, bucket);
                count = 0;
            } else {
                if (count + 1 >= found.length) {
                    found = Arrays.copyOf(found, 2 * found.length);
                }
                found[count++] = word & ~LOW | link & LOW;
                before = place;
                word = link;
            }
        }
        found[count] = ABSENT;
        return found;
    }

    /** Holds an entry even if its successor changed since it was found; returns it, {@link #ABSENT} if it is gone. */
    long holdEntry(long reference) {
        long entry = reference;
        while (entry != ABSENT && !hold(entry)) {
            entry = entryOf(node(entry));
        }
        return entry;
    }

    /** Finds the entry of a node, {@link #ABSENT} if it is none. */
    long entryOf(int node) {
        int bucket = bucketAt(bucketNumber(node));
        int before = bucket;
        long word = Words.get(buffer, bucket);
        while (LinkWord.nodePlusOne(word) != 0) {
            int place = place(LinkWord.nodePlusOne(word) - 1);
            long link = Words.get(buffer, place + NodeDescriptor.LINK);
            if (Words.get(buffer, before) != word || LinkWord.isMarked(link)) {
                sweep(bucket);
                before = bucket;
                word = Words.get(buffer, bucket);
            } else if (LinkWord.nodePlusOne(word) - 1 == node) {
                return word & ~LOW | link & LOW;
            } else {
                before = place;
                word = link;
            }
        }
        return ABSENT;
    }
}
