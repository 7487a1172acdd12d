package io.bpf4j.loader.inprocess;

import io.bpf4j.loader.sys.Access;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Mapping;
import io.bpf4j.vm.memory.Memory;

/** A memory at its true address, so that machine code can use it. {@link #close} unmaps it. */
public final class NativeBlock implements AutoCloseable {
    private final Mapping mapping;
    private final Memory memory;

    /** Maps a number of zero bytes. */
    public NativeBlock(Kernel kernel, int size) {
        try (var file = kernel.memoryFile("bpf4j-memory", size)) {
            mapping = kernel.map(file, Access.READ_WRITE, 0, size, () -> "mapping " + size + " bytes");
        }
        memory = new Memory(mapping.bytes(), mapping.address());
    }

    /** Returns the memory. */
    public Memory memory() {
        return memory;
    }

    @Override
    public void close() {
        mapping.close();
    }
}
