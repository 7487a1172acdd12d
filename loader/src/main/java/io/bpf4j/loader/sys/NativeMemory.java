package io.bpf4j.loader.sys;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory whose address the kernel may be told: an arena of zeroed, 8-byte aligned blocks that are all freed by
 * {@link #close}. For one thread at a time.
 *
 * <pre>{@code
 * try (var memory = new NativeMemory()) {
 *     var name = memory.string("sched_switch");
 *     attribute.putLong(NAME, name.address());
 *     ...
 * }
 * }</pre>
 */
public final class NativeMemory implements AutoCloseable {
    private static final int CHUNK_SIZE = 4096;
    private static final int ALIGNMENT = 8;

    private final List<Long> chunks = new ArrayList<>(2);
    private Block chunk = Block.NONE;
    private int used;
    private boolean closed;

    /**
     * A piece of native memory.
     *
     * @param address
     *            where it begins; 0 for {@link #NONE}
     * @param bytes
     *            the same memory, little-endian, position 0; must not be touched after its arena was closed
     */
    public record Block(long address, ByteBuffer bytes) {
        /** The null pointer. */
        public static final Block NONE = new Block(0, ByteBuffer.allocate(0));

        /** The size in bytes. */
        public int size() {
            return bytes.capacity();
        }

        /** A copy of the first {@code length} bytes. */
        public byte[] copy(int length) {
            var copy = new byte[length];
            bytes.get(0, copy);
            return copy;
        }
    }

    /** The memory behind an address that something else owns, as a little-endian buffer. */
    static ByteBuffer view(long address, int size) {
        return MemoryIO.getInstance().newDirectByteBuffer(address, size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Allocates {@code size} zeroed bytes.
     *
     * @throws OutOfMemoryError
     *             if malloc has no more
     */
    public Block allocate(int size) {
        if (closed) {
            throw new IllegalStateException("native memory is closed");
        }
        if (size < 0) {
            throw new IllegalArgumentException("size must not be negative, was " + size);
        }
        int rounded = Math.addExact(size, ALIGNMENT - 1) & -ALIGNMENT;
        if (rounded > CHUNK_SIZE / 2) {
            return slice(newChunk(rounded), 0, size);
        }
        if (chunk == Block.NONE || used + rounded > CHUNK_SIZE) {
            chunk = newChunk(CHUNK_SIZE);
            used = 0;
        }
        var block = slice(chunk, used, size);
        used += rounded;
        return block;
    }

    /** A copy of {@code bytes}; {@link Block#NONE} when there are none. */
    public Block bytes(byte[] bytes) {
        if (bytes.length == 0) {
            return Block.NONE;
        }
        var block = allocate(bytes.length);
        block.bytes().put(0, bytes);
        return block;
    }

    /** {@code text} in UTF-8 with a final zero byte. */
    public Block string(String text) {
        var encoded = text.getBytes(StandardCharsets.UTF_8);
        var block = allocate(encoded.length + 1);
        block.bytes().put(0, encoded);
        return block;
    }

    /** A C array of 64-bit numbers; {@link Block#NONE} when there are none. */
    public Block longs(List<Long> values) {
        if (values.isEmpty()) {
            return Block.NONE;
        }
        var block = allocate(values.size() * Long.BYTES);
        for (int i = 0; i < values.size(); i++) {
            block.bytes().putLong(i * Long.BYTES, values.get(i));
        }
        return block;
    }

    @Override
    public void close() {
        closed = true;
        for (int i = chunks.size() - 1; i >= 0; i--) {
            MemoryIO.getInstance().freeMemory(chunks.get(i));
        }
        chunks.clear();
        chunk = Block.NONE;
    }

    private Block newChunk(int size) {
        long address = MemoryIO.getInstance().allocateMemory(size, true);
        if (address == 0) {
            throw new OutOfMemoryError("no native memory for " + size + " bytes");
        }
        chunks.add(address);
        return new Block(address, view(address, size));
    }

    private static Block slice(Block whole, int offset, int size) {
        return new Block(whole.address() + offset,
                whole.bytes().slice(offset, size).order(ByteOrder.LITTLE_ENDIAN));
    }
}
