package io.bpf4j.loader.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A range of this process's address space made by mmap(2), seen as a little-endian buffer.
 *
 * <p>
 * {@link #close} unmaps it. Whoever keeps a buffer of it must not touch that buffer any more: the JVM would die of
 * SIGSEGV.
 */
public final class Mapping implements AutoCloseable {
    private final Kernel kernel;
    private final long address;
    private final ByteBuffer bytes;
    private final AtomicBoolean open = new AtomicBoolean(true);

    Mapping(Kernel kernel, long address, int length) {
        this.kernel = kernel;
        this.address = address;
        this.bytes = NativeMemory.view(address, length);
    }

    /** Where the mapping begins. */
    public long address() {
        return address;
    }

    /** The length in bytes. */
    public int length() {
        return bytes.capacity();
    }

    /**
     * The mapped memory: little-endian, position 0, limit at its end. Every call gives a buffer of its own.
     *
     * @throws IllegalStateException
     *             after {@link #close}
     */
    public ByteBuffer bytes() {
        if (!open.get()) {
            throw new IllegalStateException("mapping is closed");
        }
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            kernel.call(Syscall.MUNMAP, address, bytes.capacity(), 0, 0, 0, 0);
        }
    }
}
