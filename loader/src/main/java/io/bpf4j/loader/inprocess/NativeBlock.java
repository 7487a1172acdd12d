package io.bpf4j.loader.inprocess;

import io.bpf4j.loader.sys.Access;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Mapping;
import io.bpf4j.vm.memory.Memory;

/** A memory at its true address, so that machine code can use it. {@link #close} unmaps it. */
public final class NativeBlock implements AutoCloseable {
    private static final int PAGE = 4096;

    private final Mapping mapping;
    private final Memory memory;

    /** Maps a number of zero bytes. */
    public NativeBlock(Kernel kernel, int size) {
        int padded = Memory.padded(size);
        // Somewhere in twice as many bytes there is the right address; pages that nobody touches cost nothing.
        int power = padded == size ? 0 : Math.max(padded - Long.BYTES, PAGE);
        int room = padded == size ? size : 2 * power + PAGE;
        try (var file = kernel.memoryFile("bpf4j-memory", room)) {
            mapping = kernel.map(file, Access.READ_WRITE, 0, room, () -> "mapping " + room + " bytes");
        }
        long skipped = padded == size ? 0 : -mapping.address() & power - 1;
        memory = new Memory(mapping.bytes().slice((int) skipped, padded), mapping.address() + skipped, size);
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
