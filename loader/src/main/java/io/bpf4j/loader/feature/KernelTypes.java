package io.bpf4j.loader.feature;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Finds a function in the running kernel's BTF (Documentation/bpf/btf.rst), without building a table of types. */
final class KernelTypes {
    /** Where the kernel shows its types. */
    static final Path FILE = Path.of("/sys/kernel/btf/vmlinux");

    private static final int TYPE_HEADER = 12;
    private static final int FUNC = 12;
    /** By kind: the bytes after a type's header, then the bytes for each of its members. */
    private static final int[][] TRAILERS = {{0, 0}, // void
        {4, 0}, // INT
        {0, 0}, // PTR
        {12, 0}, // ARRAY
        {0, 12}, // STRUCT
        {0, 12}, // UNION
        {0, 8}, // ENUM
        {0, 0}, // FWD
        {0, 0}, // TYPEDEF
        {0, 0}, // VOLATILE
        {0, 0}, // CONST
        {0, 0}, // RESTRICT
        {0, 0}, // FUNC, whose member count is its linkage
        {0, 8}, // FUNC_PROTO
        {4, 0}, // VAR
        {0, 12}, // DATASEC
        {0, 0}, // FLOAT
        {4, 0}, // DECL_TAG
        {0, 0}, // TYPE_TAG
        {0, 12}, // ENUM64
    };

    private KernelTypes() {}

    /**
     * The id of a function's type; empty if it is not there or a newer kernel uses kinds not known here.
     *
     * @throws IOException
     *             if the kernel shows no types
     */
    static OptionalInt functionId(String name) throws IOException {
        return functionId(ByteBuffer.wrap(Files.readAllBytes(FILE)).order(ByteOrder.LITTLE_ENDIAN), name);
    }

    static OptionalInt functionId(ByteBuffer btf, String name) {
        var wanted = ByteBuffer.wrap((name + "\0").getBytes(StandardCharsets.US_ASCII));
        byte first = wanted.get(0);
        int header = btf.getInt(4);
        int at = header + btf.getInt(8);
        int end = at + btf.getInt(12);
        int strings = header + btf.getInt(16);
        for (int id = 1; at < end; id++) {
            int info = btf.getInt(at + 4);
            int kind = info >>> 24 & 0x1f;
            if (kind >= TRAILERS.length) {
                return OptionalInt.empty();
            }
            int nameAt = strings + btf.getInt(at);
            // There are some 60,000 functions: the first letter tells most of them apart.
            if (kind == FUNC && nameAt + wanted.capacity() <= btf.capacity() && btf.get(nameAt) == first
                    && btf.slice(nameAt, wanted.capacity()).equals(wanted)) {
                return OptionalInt.of(id);
            }
            at += TYPE_HEADER + TRAILERS[kind][0] + TRAILERS[kind][1] * (info & 0xffff);
        }
        return OptionalInt.empty();
    }
}
