package io.bpf4j.loader;

import java.nio.ByteBuffer;

/** Takes events as they arrive. */
@FunctionalInterface
public interface EventHandler {

    /**
     * Takes one event.
     *
     * @param map the name of the ring or perf buffer that it came through
     * @param data holds the record, little-endian; valid only during the call, position and limit mean nothing
     * @param offset where the record starts, bytes
     * @param length its size in bytes
     */
    void accept(String map, ByteBuffer data, int offset, int length);
}
