package io.bpf4j.loader;

import io.bpf4j.vm.program.MapSpec;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A map of a running unit.
 *
 * <p>The value of a per-CPU map is one value per possible CPU, each at a multiple of 8 bytes: {@link #values} of
 * them, {@link #stride} bytes apart.
 */
public interface SessionMap {

    /** Takes one entry; the buffers are little-endian, start at position 0 and are valid only during the call. */
    @FunctionalInterface
    interface EntryHandler {
        /** Takes one entry. */
        void accept(ByteBuffer key, ByteBuffer value);
    }

    /** Returns what the map was made from. */
    MapSpec spec();

    /** Returns how many values an entry has: the number of possible CPUs for per-CPU kinds, else 1. */
    int values();

    /** Returns the bytes from one value of an entry to the next. */
    int stride();

    /** Visits the entries; those that come or go meanwhile may be missed. Returns how many there were. */
    long forEach(EntryHandler handler);

    /** Visits the entries and removes each as it is read, so that no count is lost between two readings. */
    long drain(EntryHandler handler);

    /** Reads one entry. */
    Optional<byte[]> lookup(byte[] key);

    /** Sets one entry. */
    void update(byte[] key, byte[] value);

    /** Removes one entry; returns whether there was one. */
    boolean delete(byte[] key);

    /** Removes every entry, or zeroes them where the kind has a fixed number. */
    void clear();
}
