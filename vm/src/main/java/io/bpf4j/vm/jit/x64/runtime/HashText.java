package io.bpf4j.vm.jit.x64.runtime;

import static io.bpf4j.vm.jit.x64.runtime.BpfText.copyIn;
import static io.bpf4j.vm.jit.x64.runtime.BpfText.loadPart;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.map.layout.KeyHash;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.NodeDescriptor;
import io.bpf4j.vm.program.MapKind;
import java.util.ArrayList;
import java.util.List;

/**
 * The routines of hash kinds: {@link io.bpf4j.vm.map.HashTableMap} and those that it is the base of, as text.
 *
 * <p>While a chain is searched, R1 is the word that names the node, R3 where that word is, R4 the node's place, R0 its
 * link, and R2 the key: the whole key if it has one word, else its address.
 */
final class HashText {

    /** Where, below R10, a key is put together that is not whole words. */
    private static final int KEY_AREA = 2 * BpfText.FRAME;
    private static final int KEY_AREA_BYTES = 448;

    private final MapPlan plan;
    private final BpfText text;
    private final int keySize;
    private final int words;
    private final boolean trie;
    private final boolean leastRecent;
    /** Whether R2 is the key itself. */
    private final boolean inRegister;

    HashText(MapPlan plan, long arena) {
        this.plan = plan;
        this.keySize = plan.spec().keySize();
        this.words = (keySize + 7) / 8;
        MapKind kind = plan.spec().kind();
        this.trie = kind == MapKind.LPM_TRIE;
        this.leastRecent = kind == MapKind.LRU_HASH || kind == MapKind.LRU_PERCPU_HASH;
        this.inRegister = words == 1 && !trie;
        if (keySize > KEY_AREA_BYTES && (trie || keySize % 8 != 0)) {
            throw new IllegalArgumentException("map " + plan.spec().name() + ": keys of " + keySize
                    + " bytes cannot be used in a traced process, which has room for " + KEY_AREA_BYTES);
        }
        int error = (int) switch (kind) {
            case LRU_HASH, LRU_PERCPU_HASH -> ErrorNumber.ENOMEM.result();
            case LPM_TRIE -> ErrorNumber.ENOSPC.result();
            default -> ErrorNumber.E2BIG.result();
        };
        this.text = new BpfText().set("factor", KeyHash.FACTOR).set("shift", plan.bucketShift())
                .set("buckets", arena + plan.buckets()).set("free", arena + plan.freeStacks())
                .set("nodes", arena + plan.nodes() - plan.nodeStride()).set("nodeStride", plan.nodeStride())
                .set("values", arena + plan.values() - plan.valueStride())
                .set("valueStride", plan.valueStride())
                .set("shardBytes", plan.shardBytes()).set("shards", plan.shards())
                .set("counts", arena + plan.own()).set("hand", arena + plan.own() + NodeDescriptor.HAND)
                .set("referenced", arena + plan.own() + NodeDescriptor.REFERENCED - 1)
                .set("nodeCount", plan.nodeCount())
                .set("bucketEnd", arena + plan.buckets() + 8L * plan.bucketCount())
                .set("evictions", 8L * plan.nodeCount()).set("longest", (keySize - 4) * 8).set("full", error);
        text.set("loadKey", loadKey()).set("hash", hash()).set("ownHash", ownHash());
    }

    /** Returns the labels of all routines. */
    List<String> entries() {
        List<String> entries = new ArrayList<>(
                List.of("lookup", "update", "delete", "for_each", "take", "give", "drop",
                        "unlink", "sweep", "collect", "allocate"));
        if (trie) {
            entries.add("find");
        }
        if (leastRecent) {
            entries.add("evict");
        }
        if (plan.spec().kind().perCpu()) {
            entries.add("lookup_shard");
        }
        return entries;
    }

    /** Returns the text of all routines. */
    String text() {
        return text.fill((trie ? TRIE_LOOKUP.replace("@masked@", masked("lookup")) : "")
                + lookup(trie ? "find" : "lookup", SHARD_OFFSET)
                + (plan.spec().kind().perCpu() ? lookupShard() : "") + update() + delete() + NODES
                + (leastRecent ? ALLOCATE_EVICTING : ALLOCATE) + FreeNodeText.TEXT + drop()
                + (trie ? NO_FOR_EACH : FOR_EACH));
    }

    private String loadKey() {
        if (inRegister) {
            return loadPart("r2", "r2", 0, keySize, "r5");
        }
        if (keySize % 8 == 0 || trie) {
            return "";
        }
        StringBuilder load = new StringBuilder();
        for (int i = 0; i < words; i++) {
            load.append(loadPart("r0", "r2", 8 * i, Math.min(8, keySize - 8 * i), "r5"));
            load.append("*(u64 *)(r10 - ").append(KEY_AREA - 8 * i).append(") = r0\n");
        }
        return load + "r2 = r10\nr2 += -" + KEY_AREA + "\n";
    }

    private String hash() {
        if (inRegister) {
            return "r0 = ${factor} ll\nr0 *= r2\n";
        }
        return hashOf("r2", 0);
    }

    private String ownHash() {
        return hashOf("r2", NodeDescriptor.KEY);
    }

    /** Hashes whole words in memory to R0; R3 and R4 change. */
    private String hashOf(String base, int offset) {
        StringBuilder hash = new StringBuilder("r3 = ${factor} ll\nr0 = *(u64 *)(" + base + " + " + offset
                + ")\nr0 *= r3\n");
        for (int i = 1; i < words; i++) {
            hash.append("r4 = r0\nr4 <<= 5\nr0 >>= 59\nr0 |= r4\nr4 = *(u64 *)(" + base + " + "
                    + (offset + 8 * i) + ")\nr0 ^= r4\nr0 *= r3\n");
        }
        return hash.toString();
    }

    /**
     * Searches a chain from the bucket in R3 on, whose word is in R1; goes to {@code found} or {@code absent}, and to
     * {@code again} if it has to begin again.
     */
    private String chain(String name) {
        StringBuilder compare = new StringBuilder();
        for (int i = 0; i < words; i++) {
            int offset = NodeDescriptor.KEY + 8 * i;
            compare.append(inRegister
                    ? "r5 = *(u64 *)(r4 + " + offset + ")\nif r5 != r2 goto @_other\n"
                    : "r5 = *(u64 *)(r2 + " + 8 * i + ")\nr0 = *(u64 *)(r4 + " + offset
                            + ")\nif r0 != r5 goto @_other\n");
        }
        return """
                @_next:
                    r4 = r1
                    r4 >>= 32
                    if r4 == 0 goto @_absent
                    r4 *= ${nodeStride}
                    r5 = ${nodes} ll
                    r4 += r5
                    #compare#
                    r0 = *(u64 *)(r4 + 0)
                    r5 = *(u64 *)(r3 + 0)
                    if r5 != r1 goto @_again
                    if r0 & 1 goto @_unlink
                    goto @_found
                @_other:
                    r0 = *(u64 *)(r4 + 0)
                    r5 = *(u64 *)(r3 + 0)
                    if r5 != r1 goto @_again
                    if r0 & 1 goto @_unlink
                    r3 = r4
                    r1 = r0
                    goto @_next
                @_unlink:
                    *(u64 *)(r10 - 520) = r2
                    r2 = r0
                    call unlink
                    r2 = *(u64 *)(r10 - 520)
                    goto @_again
                """.replace("#compare#", compare).replace("@", name);
    }

    /** Sets R3 to the bucket of the hash in R0. */
    private static final String BUCKET = """
                r0 >>= ${shift}
                r0 <<= 3
                r3 = ${buckets} ll
                r3 += r0
            """;

    /** Adds the offset of this thread's shard to the address in R1, and sets R0 to it. */
    private static final String SHARD_OFFSET = """
                call ${SHARD}
                r0 *= ${shardBytes}
                r0 += r1
            """;

    private String lookup(String name, String shard) {
        return name + ":\n${loadKey}\n" + name + "_again:\n${hash}\n" + BUCKET + "r1 = *(u64 *)(r3 + 0)\n"
                + chain(name) + """
                        @_found:
                            r1 >>= 32
                        """.replace("@", name) + (leastRecent ? """
                            r3 = ${referenced} ll
                            r3 += r1
                            r4 = *(u8 *)(r3 + 0)
                            if r4 != 0 goto @_used
                            *(u8 *)(r3 + 0) = 1
                        @_used:
                        """.replace("@", name) : "") + """
                            r1 *= ${valueStride}
                            r0 = ${values} ll
                        """ + (plan.shards() > 1 ? "r1 += r0\n" + shard : "r0 += r1\n") + """
                            exit
                        @_absent:
                            r0 = 0
                            exit
                        """.replace("@", name);
    }

    /** The lookup in a shard that R3 names, which is kept at R10 - 528. */
    private String lookupShard() {
        String own = lookup("lookup_shard", """
                    r0 = *(u64 *)(r10 - 528)
                    r0 *= ${shardBytes}
                    r0 += r1
                """);
        return own.replace("lookup_shard:\n", """
                lookup_shard:
                    w3 = w3
                    if r3 >= ${shards} goto lookup_shard_absent
                    *(u64 *)(r10 - 528) = r3
                """);
    }

    private static final String TRIE_LOOKUP = BpfText.resource("trie-lookup");

    /** Puts the key at R6, cut to the length in R7, below the frame, and its address in R2. */
    private String masked(String name) {
        StringBuilder masked = new StringBuilder();
        for (int i = 0; i < words; i++) {
            masked.append(loadPart("r0", "r6", 8 * i, Math.min(8, keySize - 8 * i), "r5"));
            masked.append("""
                        r1 = r7
                        r1 += #start#
                        if r1 s<= 0 goto #_zero
                        if r1 s> 63 goto #_keep
                        r2 = 64
                        r2 -= r1
                        r3 = -1
                        r3 <<= r2
                        r3 = bswap64 r3
                        r0 &= r3
                        goto #_keep
                    #_zero:
                        r0 = 0
                    #_keep:
                    """.replace("#start#", "" + (32 - 64 * i)).replace("#", name + "_word_" + i));
            if (i == 0) {
                masked.append("r0 >>= 32\nr0 <<= 32\nr0 |= r7\n");
            }
            masked.append("*(u64 *)(r10 - ").append(KEY_AREA - 8 * i).append(") = r0\n");
        }
        return masked + "r2 = r10\nr2 += -" + KEY_AREA + "\n";
    }

    /** Begins update and delete of a trie: checks the key in R2 and cuts it. */
    private String cutKey() {
        return trie ? """
                    r6 = r2
                    r7 = *(u32 *)(r2 + 0)
                    if r7 > ${longest} goto @_invalid
                """ + masked("@") : "";
    }

    private String update() {
        boolean perCpu = plan.shards() > 1;
        String toShard = perCpu ? "r3 = r1\ncall ${SHARD}\nr0 *= ${shardBytes}\nr3 += r0\nr1 = r3\n" : "";
        return (UPDATE_START + cutKey() + """
                update_key:
                    ${loadKey}
                    ${hash}
                """ + BUCKET + """
                    r6 = r3
                @_again:
                    r3 = r6
                    r7 = *(u64 *)(r3 + 0)
                    r1 = r7
                """ + chain("update") + UPDATE_FOUND + toShard + copyValue() + UPDATE_ABSENT
                + (perCpu ? CLEAR_SHARDS : "") + toShard + copyValue() + "r4 = *(u64 *)(r10 - 536)\n"
                + copyKey()
                + (trie ? COUNT_PREFIX : "") + UPDATE_LINK).replace("@", "update");
    }

    private static final String UPDATE_START = """
            update:
                if r4 > 2 goto @_invalid
                r8 = r3
                r9 = r4
            """;

    private static final String UPDATE_FOUND = BpfText.resource("hash-update-found");

    private static final String UPDATE_ABSENT = BpfText.resource("hash-update-absent");

    /** Zeros for the values at R1 in all shards but this thread's. */
    private static final String CLEAR_SHARDS = """
                *(u64 *)(r10 - 544) = r1
                call ${SHARD}
                r5 = r0
                r2 = 0
            clear_shard:
                if r2 == r5 goto clear_next
                r3 = r1
                r4 = r1
                r4 += ${valueStride}
            clear_word:
                *(u64 *)(r3 + 0) = 0
                r3 += 8
                if r3 != r4 goto clear_word
            clear_next:
                r1 += ${shardBytes}
                r2 += 1
                if r2 != ${shards} goto clear_shard
                r1 = *(u64 *)(r10 - 544)
            """;

    private static final String COUNT_PREFIX = """
                r1 = *(u32 *)(r2 + 0)
                r1 <<= 2
                r3 = ${counts} ll
                r3 += r1
                r1 = 1
                lock *(u32 *)(r3 + 0) += w1
            """;

    private static final String UPDATE_LINK = BpfText.resource("hash-update-link");

    /** Copies the value at R8 to R1. */
    private String copyValue() {
        return copyIn("r8", plan.spec().valueSize());
    }

    /** Copies the key to the node at R4; R2 is the key afterwards. */
    private String copyKey() {
        StringBuilder copy = new StringBuilder("r2 = *(u64 *)(r10 - 520)\n");
        for (int i = 0; i < words; i++) {
            String word = inRegister ? "r2" : "r0";
            copy.append(inRegister ? "" : "r0 = *(u64 *)(r2 + " + 8 * i + ")\n");
            copy.append("*(u64 *)(r4 + " + (NodeDescriptor.KEY + 8 * i) + ") = " + word + "\n");
        }
        return copy.toString();
    }

    private String delete() {
        return ("delete:\n" + cutKey() + """
                    ${loadKey}
                    ${hash}
                """ + BUCKET + """
                    r6 = r3
                @_again:
                    r3 = r6
                    r1 = *(u64 *)(r3 + 0)
                """ + chain("delete") + """
                @_found:
                    r5 = r0
                    w5 &= -2
                    w5 += 2
                    w5 |= 1
                    r7 = r0
                    r7 >>= 32
                    r7 <<= 32
                    r5 |= r7
                    r7 = r0
                    r0 = cmpxchg_64(r4 + 0, r0, r5)
                    if r0 != r7 goto @_again
                    r2 = r5
                    call unlink
                    if r0 != 0 goto delete_done
                    r1 = r6
                    call sweep
                delete_done:
                    r0 = 0
                    exit
                @_absent:
                    r0 = -2
                    exit
                @_invalid:
                    r0 = -22
                    exit
                """).replace("@", "delete");
    }

    /** Unlink (R1, R3, R4 as in a chain, R2 the link), and sweep of the bucket in R1. */
    private static final String NODES = BpfText.resource("hash-nodes");

    /** Takes a node (R1: a bucket's number; R0: the node's number plus one, or 0) and gives it one holder. */
    private static final String ALLOCATE = BpfText.resource("hash-allocate");

    /** The same, of an LRU kind: evict frees the node in R1 if it can, and returns its bucket's number or -1. */
    private static final String ALLOCATE_EVICTING = BpfText.resource("lru-allocate");

    /** Takes a holder from a node (R1: its number plus one, R2: its place); the last one frees it. */
    private String drop() {
        return """
                drop:
                    r0 = *(u64 *)(r2 + 8)
                drop_again:
                    r3 = r0
                    r4 = r0
                    r4 += -1
                    r0 = cmpxchg_64(r2 + 8, r0, r4)
                    if r0 != r3 goto drop_again
                    if w4 != 0 goto drop_out
                """ + (trie ? """
                    r3 = *(u32 *)(r2 + 16)
                    r3 <<= 2
                    r4 = ${counts} ll
                    r4 += r3
                    r3 = -1
                    lock *(u32 *)(r4 + 0) += w3
                """ : "") + """
                    ${ownHash}
                    r0 >>= ${shift}
                    r3 = r0
                    call give
                drop_out:
                    exit
                """;
    }

    private static final String NO_FOR_EACH = """
            collect:
            for_each:
                r0 = -95
                exit
            """;

    /**
     * Calls the function R2 for every entry, bucket by bucket; of one bucket at most 32 entries. Collect writes the
     * numbers plus one of the nodes in the bucket R1 to R2, and returns how many there are.
     */
    private static final String FOR_EACH = BpfText.resource("hash-for-each");
}
