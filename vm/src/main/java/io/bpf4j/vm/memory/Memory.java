package io.bpf4j.vm.memory;

import io.bpf4j.vm.isa.Width;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The memory that programs see: one contiguous little-endian block from {@link #base} on, which holds stacks,
 * contexts and maps.
 *
 * <p>Every access is checked against the block's bounds, so nothing outside it is ever touched, whatever address is
 * given. Whether an address inside belongs to anything is {@link Regions}' to say. Plain accesses may be misaligned;
 * atomic ones must be aligned to their width. Several threads, and other processes where the block is shared, may use
 * it at once.
 */
public final class Memory {

    /** Two bytes at a byte index; also used by generated code. */
    public static final VarHandle SHORTS = MethodHandles
            .byteBufferViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    /** Four bytes at a byte index; also used by generated code. */
    public static final VarHandle INTS = MethodHandles
            .byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    /** Eight bytes at a byte index; also used by generated code. */
    public static final VarHandle LONGS = MethodHandles
            .byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    /** Larger blocks of Java's own are not padded: all of their bytes would have to be cleared. */
    private static final int MOST_PADDED = 1 << 20;
    private static final int MOST_MASKED = 1 << 29;

    private final ByteBuffer buffer;
    private final long base;
    private final int size;

    /**
     * Puts a buffer at an address.
     *
     * @param buffer direct, from position 0 to its capacity; owned by the caller, who must keep it mapped
     * @param base the address of the first byte, a multiple of 4096 and not 0: the true one for native code
     */
    public Memory(ByteBuffer buffer, long base) {
        this(buffer, base, buffer.capacity());
    }

    /**
     * Puts the beginning of a buffer at an address. What lies behind, if it is at least {@link #padded} in all, lets
     * generated code do without comparisons: see {@link #mask}.
     *
     * @param size the bytes that programs see
     */
    public Memory(ByteBuffer buffer, long base, int size) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("a heap buffer has no atomic access");
        }
        if (base == 0 || (base & 0xfff) != 0) {
            throw new IllegalArgumentException("base 0x" + Long.toHexString(base) + " is not a page address");
        }
        this.buffer = buffer.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
        this.base = base;
        this.size = size;
    }

    /** Makes a block of zeros, in bytes, at an address that means something only to programs. */
    public static Memory allocate(int size, long base) {
        int bytes = size <= MOST_PADDED ? padded(size) : size;
        return new Memory(
                ByteBuffer.allocateDirect(bytes + Long.BYTES).alignedSlice(Long.BYTES).slice(0, bytes), base,
                size);
    }

    /**
     * Returns the bytes of a buffer that has room for a number of bytes, up to the next power of two, and for an access
     * behind them; the number itself if that would be too many. Generated code is best if its address is a multiple of
     * that power, which is then {@code padded(size) - 8}.
     */
    public static int padded(int size) {
        return size > MOST_MASKED ? size : powerOfTwo(size) + Long.BYTES;
    }

    private static int powerOfTwo(int size) {
        return size <= 1 ? 1 : Integer.highestOneBit(size - 1) << 1;
    }

    /**
     * Returns a mask that leaves every index in the block as it is, and makes of any other number an index in the
     * buffer, even of 8 bytes; 0 if there is none.
     */
    public int mask() {
        if (size > MOST_MASKED) {
            return 0;
        }
        int mask = powerOfTwo(size) - 1;
        return mask <= buffer.capacity() - Long.BYTES ? mask : 0;
    }

    /** Returns the address of the first byte. */
    public long base() {
        return base;
    }

    /** Returns the size in bytes. */
    public int size() {
        return size;
    }

    /** Returns the bytes themselves, for generated code: index 0 is at {@link #base}. Not to be repositioned. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /**
     * Returns the index of an address in the buffer.
     *
     * @throws MemoryFaultException if the access does not lie in the block
     */
    public int index(long address, int bytes) {
        long offset = address - base;
        if (offset < 0 || offset > size - bytes) {
            throw fault(address, bytes);
        }
        return (int) offset;
    }

    private MemoryFaultException fault(long address, int bytes) {
        return new MemoryFaultException(address, bytes + " bytes at 0x" + Long.toHexString(address)
                + " are outside the memory 0x" + Long.toHexString(base) + " to 0x"
                + Long.toHexString(base + size));
    }

    /** Reads a number of a width, zero-extended. */
    public long load(Width width, long address) {
        int index = index(address, width.bytes());
        return switch (width) {
            case BYTE -> buffer.get(index) & 0xffL;
            case HALF -> (short) SHORTS.get(buffer, index) & 0xffffL;
            case WORD -> (int) INTS.get(buffer, index) & 0xffff_ffffL;
            case DOUBLE -> (long) LONGS.get(buffer, index);
        };
    }

    /** Writes the low bytes of a number. */
    public void store(Width width, long address, long value) {
        int index = index(address, width.bytes());
        switch (width) {
            case BYTE -> buffer.put(index, (byte) value);
            case HALF -> SHORTS.set(buffer, index, (short) value);
            case WORD -> INTS.set(buffer, index, (int) value);
            default -> LONGS.set(buffer, index, value);
        }
    }

    /** Reads 4 bytes. */
    public int getInt(long address) {
        return (int) INTS.get(buffer, index(address, Integer.BYTES));
    }

    /** Writes 4 bytes. */
    public void putInt(long address, int value) {
        INTS.set(buffer, index(address, Integer.BYTES), value);
    }

    /** Reads 8 bytes. */
    public long getLong(long address) {
        return (long) LONGS.get(buffer, index(address, Long.BYTES));
    }

    /** Writes 8 bytes. */
    public void putLong(long address, long value) {
        LONGS.set(buffer, index(address, Long.BYTES), value);
    }

    /** Reads 4 aligned bytes; nothing that follows is read before. */
    public int getIntAcquire(long address) {
        return (int) INTS.getAcquire(buffer, index(address, Integer.BYTES));
    }

    /** Writes 4 aligned bytes, after all that was written before. */
    public void putIntRelease(long address, int value) {
        INTS.setRelease(buffer, index(address, Integer.BYTES), value);
    }

    /** Reads 8 aligned bytes; nothing that follows is read before. */
    public long getLongAcquire(long address) {
        return (long) LONGS.getAcquire(buffer, index(address, Long.BYTES));
    }

    /** Writes 8 aligned bytes, after all that was written before. */
    public void putLongRelease(long address, long value) {
        LONGS.setRelease(buffer, index(address, Long.BYTES), value);
    }

    /** Sets 4 aligned bytes if they have the expected value; returns whether they had. */
    public boolean compareAndSetInt(long address, int expected, int value) {
        return INTS.compareAndSet(buffer, index(address, Integer.BYTES), expected, value);
    }

    /** Sets 8 aligned bytes if they have the expected value; returns whether they had. */
    public boolean compareAndSetLong(long address, long expected, long value) {
        return LONGS.compareAndSet(buffer, index(address, Long.BYTES), expected, value);
    }

    /** Adds to 4 aligned bytes; returns what they were. */
    public int getAndAddInt(long address, int amount) {
        return (int) INTS.getAndAdd(buffer, index(address, Integer.BYTES), amount);
    }

    /** Adds to 8 aligned bytes; returns what they were. */
    public long getAndAddLong(long address, long amount) {
        return (long) LONGS.getAndAdd(buffer, index(address, Long.BYTES), amount);
    }

    /** Reads bytes. */
    public byte[] getBytes(long address, int length) {
        byte[] bytes = new byte[length];
        buffer.get(index(address, length), bytes);
        return bytes;
    }

    /** Writes bytes. */
    public void putBytes(long address, byte[] bytes) {
        buffer.put(index(address, bytes.length), bytes);
    }

    /** Copies bytes; the two places may overlap. */
    public void copy(long from, long to, int length) {
        buffer.put(index(to, length), buffer, index(from, length), length);
    }

    /** Writes zeros. */
    public void clear(long address, int length) {
        int index = index(address, length);
        int end = index + length;
        for (; index <= end - Long.BYTES; index += Long.BYTES) {
            LONGS.set(buffer, index, 0L);
        }
        for (; index < end; index++) {
            buffer.put(index, (byte) 0);
        }
    }
}
