package io.bpf4j.loader.inject;

import io.bpf4j.loader.inject.InjectException.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The memory of a process, through {@code /proc/PID/mem}: reads and writes whatever is mapped, private pages that are
 * not writable included (fs/proc/base.c, mem_rw; they become the process's own copies). So code is written without ever
 * being writable to the process itself. It stays with the program that ran when it was opened: after an exec, all
 * access fails.
 */
public final class TargetMemory implements AutoCloseable {
    private final int thread;
    private final FileChannel channel;

    private TargetMemory(int thread, FileChannel channel) {
        this.thread = thread;
        this.channel = channel;
    }

    /**
     * Opens the memory.
     *
     * @param thread any thread that has not ended
     * @throws InjectException if there is no such process, or it is not ours to look into
     */
    @SuppressWarnings("resource") // closing the channel closes the file
    public static TargetMemory open(int thread) {
        try {
            return new TargetMemory(thread,
                    new RandomAccessFile("/proc/" + thread + "/mem", "rw").getChannel());
        } catch (IOException e) {
            throw new InjectException(Reason.NOT_PERMITTED,
                    "cannot open the memory of process %d: %s".formatted(thread, e.getMessage()));
        }
    }

    /** Returns the thread by whose id it was opened: the kernel shows its memory as the whole process's. */
    int thread() {
        return thread;
    }

    /**
     * Reads bytes.
     *
     * @throws InjectException if some of them are not mapped
     */
    public byte[] read(long address, int length) {
        byte[] bytes = new byte[length];
        read(address, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Fills the rest of a buffer. */
    public void read(long address, ByteBuffer into) {
        int start = into.position();
        try {
            while (into.hasRemaining()) {
                long at = address + into.position() - start;
                if (channel.read(into, at) <= 0) {
                    throw bad("read", address, into.limit() - start, "the program has ended or was replaced");
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw bad("read", address, into.limit() - start, e.getMessage());
        }
    }

    /** Reads a 64-bit word. */
    public long readLong(long address) {
        return ByteBuffer.wrap(read(address, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /**
     * Writes bytes, also to pages that are not writable.
     *
     * @throws InjectException if some of them are not mapped; those before may have been written
     */
    public void write(long address, byte[] bytes) {
        var from = ByteBuffer.wrap(bytes);
        try {
            while (from.hasRemaining()) {
                if (channel.write(from, address + from.position()) <= 0) {
                    throw bad("write", address, bytes.length, "the program has ended or was replaced");
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw bad("write", address, bytes.length, e.getMessage());
        }
    }

    private InjectException bad(String what, long address, int length, String why) {
        return new InjectException(Reason.BAD_MEMORY, "cannot %s %d bytes at 0x%x in process %d: %s"
                .formatted(what, length, address, thread, why));
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw bad("close", 0, 0, e.getMessage());
        }
    }
}
