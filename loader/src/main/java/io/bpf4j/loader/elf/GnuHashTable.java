package io.bpf4j.loader.elf;

/**
 * {@code .gnu.hash}: finds a defined dynamic symbol by name with a handful of reads (glibc, elf/dl-lookup.c,
 * do_lookup_x; binutils, bfd/elflink.c).
 *
 * <pre>
 *  0              4                8            12            16
 *  +--------------+----------------+------------+-------------+----------------+---------------+------------------+
 *  | bucket count | first symbol   | bloom size | bloom shift | bloom: 8 bytes | buckets:      | chain: 4 bytes   |
 *  |              | in the table   |            |             | each           | 4 bytes each  | each             |
 *  +--------------+----------------+------------+-------------+----------------+---------------+------------------+
 * </pre>
 *
 * A bucket holds the index of its first symbol; a chain word is that symbol's hash, its lowest bit set at the last.
 */
final class GnuHashTable {

    /** No further symbol. */
    static final long NONE = -1;

    private static final int BUCKET_COUNT_OFFSET = 0;
    private static final int FIRST_SYMBOL_OFFSET = 4;
    private static final int BLOOM_SIZE_OFFSET = 8;
    private static final int BLOOM_SHIFT_OFFSET = 12;
    private static final int BLOOM_OFFSET = 16;
    private static final int HASH_SEED = 5381;
    private static final int HASH_FACTOR = 33;

    private final ElfBytes bytes;
    private final long end;
    private final long bucketCount;
    private final long firstSymbol;
    private final long bloomWords;
    private final int bloomShift;
    private final long bloom;
    private final long buckets;
    private final long chain;

    /**
     * @param offset file offset of the table
     * @param end    file offset behind its last byte, at most the size of the file
     */
    GnuHashTable(ElfBytes bytes, long offset, long end) {
        bytes.checkRange(offset, BLOOM_OFFSET, ".gnu.hash header");
        this.bytes = bytes;
        this.end = end;
        this.bucketCount = bytes.u32(offset + BUCKET_COUNT_OFFSET);
        this.firstSymbol = bytes.u32(offset + FIRST_SYMBOL_OFFSET);
        this.bloomWords = bytes.u32(offset + BLOOM_SIZE_OFFSET);
        this.bloomShift = bytes.s32(offset + BLOOM_SHIFT_OFFSET);
        this.bloom = offset + BLOOM_OFFSET;
        this.buckets = bloom + bloomWords * Long.BYTES;
        this.chain = buckets + bucketCount * Integer.BYTES;
        if (bloomWords == 0 || chain > end) {
            throw bytes.failure(offset,
                    ".gnu.hash with %d buckets and %d bloom words does not fit in its section"
                            .formatted(bucketCount, bloomWords));
        }
    }

    static int hash(byte[] name) {
        int hash = HASH_SEED;
        for (byte b : name) {
            hash = hash * HASH_FACTOR + (b & 0xff);
        }
        return hash;
    }

    /** Index of the first symbol that has the hash of {@code name}, or {@link #NONE}. */
    long first(byte[] name) {
        int hash = hash(name);
        if (bucketCount == 0 || !bloomAllows(hash)) {
            return NONE;
        }
        long index = bytes.u32(buckets + Integer.toUnsignedLong(hash) % bucketCount * Integer.BYTES);
        return index == 0 ? NONE : inChain(hash, index);
    }

    /** Index of the next symbol behind {@code index} that has the hash of {@code name}, or {@link #NONE}. */
    long next(byte[] name, long index) {
        return (chainWord(index) & 1) != 0 ? NONE : inChain(hash(name), index + 1);
    }

    private long inChain(int hash, long start) {
        long index = start;
        while (true) {
            int word = chainWord(index);
            if ((word | 1) == (hash | 1)) {
                return index;
            }
            if ((word & 1) != 0) {
                return NONE;
            }
            index++;
        }
    }

    /** Number of symbols in the symbol table that this table belongs to. */
    long symbolCount() {
        long last = 0;
        for (long i = 0; i < bucketCount; i++) {
            last = Math.max(last, bytes.u32(buckets + i * Integer.BYTES));
        }
        if (last == 0) {
            return firstSymbol;
        }
        while ((chainWord(last) & 1) == 0) {
            last++;
        }
        return last + 1;
    }

    private boolean bloomAllows(int hash) {
        long word = bytes.s64(bloom + Integer.toUnsignedLong(hash) / Long.SIZE % bloomWords * Long.BYTES);
        return (word >>> hash & word >>> (hash >>> bloomShift) & 1) != 0;
    }

    private int chainWord(long index) {
        long at = chain + (index - firstSymbol) * Integer.BYTES;
        if (index < firstSymbol || at > end - Integer.BYTES) {
            throw bytes.failure(at,
                    ".gnu.hash names symbol %d, which its chain does not have".formatted(index));
        }
        return bytes.s32(at);
    }
}
