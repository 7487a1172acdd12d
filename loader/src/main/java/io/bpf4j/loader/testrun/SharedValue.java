package io.bpf4j.loader.testrun;

import io.bpf4j.loader.sys.Access;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.MapCalls;
import io.bpf4j.loader.sys.MapParameters;
import io.bpf4j.loader.sys.Mapping;
import io.bpf4j.vm.program.MapKind;
import java.nio.ByteBuffer;

/** The only value of an array map, seen by programs and, mapped, by this process. */
final class SharedValue implements AutoCloseable {
    private final Fd map;
    private final Mapping mapping;

    /** Makes one of {@code length} bytes, at least 1; its address is a multiple of the page size. */
    SharedValue(Kernel kernel, int length) {
        map = new MapCalls(kernel).create(MapParameters.of(MapKind.ARRAY, Integer.BYTES, length, 1, "memory")
                .withFlags(MapParameters.MAPPABLE));
        try {
            mapping = kernel.map(map, Access.READ_WRITE, 0, length,
                    () -> "mapping a value of " + length + " bytes");
        } catch (RuntimeException e) {
            map.close();
            throw e;
        }
    }

    /** Returns the descriptor's number. */
    int descriptor() {
        return map.number();
    }

    /** Returns the value in place. */
    ByteBuffer bytes() {
        return mapping.bytes();
    }

    @Override
    public void close() {
        mapping.close();
        map.close();
    }
}
