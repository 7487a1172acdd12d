package io.bpf4j.loader.sys;

import io.bpf4j.loader.sys.NativeMemory.Block;
import java.nio.charset.StandardCharsets;

/** Names of kernel objects: BPF_OBJ_NAME_LEN bytes with the final zero, of {@code [A-Za-z0-9_.]} only. */
final class ObjectName {
    private static final int LENGTH = 16;

    private ObjectName() {}

    /**
     * Writes what fits of a name; any other character becomes an underscore (kernel/bpf/syscall.c, bpf_obj_name_cpy).
     */
    static void write(Block attribute, int offset, String name) {
        var allowed = name.replaceAll("[^A-Za-z0-9_.]", "_").getBytes(StandardCharsets.US_ASCII);
        attribute.bytes().put(offset, allowed, 0, Math.min(allowed.length, LENGTH - 1));
    }

    /** Reads a name back. */
    static String read(Block info, int offset) {
        var bytes = new byte[LENGTH];
        info.bytes().get(offset, bytes);
        int end = 0;
        while (end < LENGTH && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.US_ASCII);
    }
}
