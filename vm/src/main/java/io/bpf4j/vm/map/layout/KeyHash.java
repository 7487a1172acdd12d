package io.bpf4j.vm.map.layout;

/**
 * The hash of keys: for each 8 bytes w of the key, little-endian, the last ones filled with zeros,
 * {@code h = (rotateLeft(h, 5) ^ w) * FACTOR}, beginning with {@code h = 0}; the upper bits choose the bucket. For a
 * key of up to 8 bytes that is one multiplication and one shift.
 */
public final class KeyHash {
    /** 2 to the 64 divided by the golden ratio, odd. */
    public static final long FACTOR = 0x9e37_79b9_7f4a_7c15L;
    /** How far the hash is rotated before each word. */
    public static final int ROTATION = 5;

    private KeyHash() {}

    /** Adds a word to a hash. */
    public static long add(long hash, long word) {
        return (Long.rotateLeft(hash, ROTATION) ^ word) * FACTOR;
    }
}
