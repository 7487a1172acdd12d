package io.bpf4j.vm.map;

import io.bpf4j.vm.memory.Memory;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/** Access to words of shared memory by index in its buffer; all words are aligned. */
final class Words {

    private Words() {}

    /** Reads a word; nothing that follows is read before. */
    static long get(ByteBuffer buffer, int index) {
        return (long) Memory.LONGS.getAcquire(buffer, index);
    }

    /** Writes a word after all that was written before. */
    static void set(ByteBuffer buffer, int index, long value) {
        Memory.LONGS.setRelease(buffer, index, value);
    }

    /** Replaces a word; returns whether it was the expected one. */
    static boolean swap(ByteBuffer buffer, int index, long expected, long value) {
        return Memory.LONGS.compareAndSet(buffer, index, expected, value);
    }

    /** Adds to a word; returns what it was. */
    static long add(ByteBuffer buffer, int index, long amount) {
        return (long) Memory.LONGS.getAndAdd(buffer, index, amount);
    }

    /** Adds to 4 bytes; returns what they were. */
    static int addInt(ByteBuffer buffer, int index, int amount) {
        return (int) Memory.INTS.getAndAdd(buffer, index, amount);
    }

    /** Reads a word that need not be aligned, and that nobody is meant to change. */
    static long plain(ByteBuffer buffer, int index) {
        return (long) Memory.LONGS.get(buffer, index);
    }

    /** Keeps what was read before from being read after what follows. */
    static void fence() {
        VarHandle.loadLoadFence();
    }

    /**
     * Reads up to 8 bytes as a little-endian number.
     *
     * @param size 1 to 8
     */
    static long part(ByteBuffer buffer, int index, int size) {
        if (size == Long.BYTES) {
            return (long) Memory.LONGS.get(buffer, index);
        }
        if (size == Integer.BYTES) {
            return (int) Memory.INTS.get(buffer, index) & 0xffff_ffffL;
        }
        long word = 0;
        for (int i = size - 1; i >= 0; i--) {
            word = word << 8 | buffer.get(index + i) & 0xff;
        }
        return word;
    }

    /** Copies bytes to an aligned place in whole words, the last one filled with zeros. */
    static void copyIn(ByteBuffer from, int source, ByteBuffer to, int target, int size) {
        int whole = size & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            Memory.LONGS.setOpaque(to, target + i, (long) Memory.LONGS.get(from, source + i));
        }
        if (whole != size) {
            Memory.LONGS.setOpaque(to, target + whole, part(from, source + whole, size - whole));
        }
    }

    /** Copies bytes out of an aligned place, word by word. */
    static void copyOut(ByteBuffer from, int source, ByteBuffer to, int target, int size) {
        int whole = size & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            Memory.LONGS.set(to, target + i, (long) Memory.LONGS.getOpaque(from, source + i));
        }
        if (whole != size) {
            long word = (long) Memory.LONGS.getOpaque(from, source + whole);
            for (int i = whole; i < size; i++, word >>>= 8) {
                to.put(target + i, (byte) word);
            }
        }
    }

    /** Writes zeros to an aligned place. */
    static void clear(ByteBuffer buffer, int index, int size) {
        for (int i = 0; i < size; i += Long.BYTES) {
            Memory.LONGS.setOpaque(buffer, index + i, 0L);
        }
    }
}
