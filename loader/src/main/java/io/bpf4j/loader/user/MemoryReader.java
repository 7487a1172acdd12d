package io.bpf4j.loader.user;

import java.util.Optional;

/** Reads a process's memory. */
@FunctionalInterface
interface MemoryReader {

    /** Returns bytes; empty if not all of them can be read. */
    Optional<byte[]> read(long address, int length);
}
