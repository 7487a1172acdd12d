package io.bpf4j.loader.inject;

import io.bpf4j.loader.sys.Access;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Mapping;

/**
 * Memory for this process and traced ones: a file without a name whose size is fixed for good, so that nobody can make
 * another's access fail, and which is nobody's but its owner's to open through /proc. {@link #close} unmaps it here;
 * those who have mapped it keep it.
 */
public final class SharedMemory implements AutoCloseable {
    private final Fd file;
    private final Mapping mapping;

    private SharedMemory(Fd file, Mapping mapping) {
        this.file = file;
        this.mapping = mapping;
    }

    /** Makes {@code size} zero bytes. */
    public static SharedMemory create(Kernel kernel, String name, int size) {
        Fd file = kernel.sealedMemoryFile(name, size);
        try {
            return new SharedMemory(file,
                    kernel.map(file, Access.READ_WRITE, 0, size, () -> "mapping " + size + " shared bytes"));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Returns the file, for {@link RemoteMappings#mapShared(Fd, long)}. */
    public Fd file() {
        return file;
    }

    /** Returns the memory as this process sees it. */
    public Mapping mapping() {
        return mapping;
    }

    @Override
    public void close() {
        mapping.close();
        file.close();
    }
}
