package io.bpf4j.loader.event;

import java.nio.ByteBuffer;

/** Receives the records of a buffer, one at a time, in place. */
@FunctionalInterface
public interface RecordHandler {
    /**
     * Takes one record. The bytes are the buffer's own: what is to be kept must be copied before this returns.
     *
     * @param data
     *            a little-endian, read-only buffer that holds the record; position and limit mean nothing
     * @param offset
     *            where the record begins, a multiple of 4
     * @param length
     *            its length in bytes; records of perf buffers are padded, with 0 to 7 bytes of no meaning
     */
    void record(ByteBuffer data, int offset, int length);
}
