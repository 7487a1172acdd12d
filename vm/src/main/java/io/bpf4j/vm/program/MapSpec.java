package io.bpf4j.vm.program;

import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.Arrays;

/**
 * A map before it exists.
 *
 * @param name what it is called in the source, or a name with a leading dot for the compiler's own
 * @param key the key's type; void for rings, queues and stacks
 * @param value the value's type; void for rings
 * @param maxEntries the number of entries; for rings the size in bytes, a power of two and a multiple of 4096
 * @param flags the kernel's BPF_F_* creation flags
 * @param initialData the bytes of the single value of a {@link MapRole.Globals} map, else empty
 */
public record MapSpec(String name, MapKind kind, Type key, Type value, int maxEntries, int flags,
        MapRole role, byte[] initialData) {

    /** The flag that lets user space, but no program, write (include/uapi/linux/bpf.h, BPF_F_RDONLY_PROG). */
    public static final int READ_ONLY_FOR_PROGRAMS = 1 << 7;
    /** The flag that lets the value be mapped into memory (BPF_F_MMAPABLE). */
    public static final int MAPPABLE = 1 << 10;
    /** The flag that allocates entries of a hash only when they are needed (BPF_F_NO_PREALLOC). */
    public static final int NO_PREALLOCATION = 1;

    /** Copies the initial bytes. */
    public MapSpec {
        initialData = initialData.clone();
    }

    /** Makes a map without initial data. */
    public MapSpec(String name, MapKind kind, Type key, Type value, int maxEntries, int flags, MapRole role) {
        this(name, kind, key, value, maxEntries, flags, role, new byte[0]);
    }

    @Override
    public byte[] initialData() {
        return initialData.clone();
    }

    /** Returns the same map with other initial bytes. */
    public MapSpec withInitialData(byte[] bytes) {
        return new MapSpec(name, kind, key, value, maxEntries, flags, role, bytes);
    }

    /** Returns the size of a key in bytes, 0 if there is none. */
    public int keySize() {
        return key == VoidType.VOID ? 0 : key.size();
    }

    /** Returns the size of a value in bytes (of one CPU), 0 if there is none. */
    public int valueSize() {
        return value == VoidType.VOID ? 0 : value.size();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MapSpec that && name.equals(that.name) && kind == that.kind
                && key.equals(that.key)
                && value.equals(that.value) && maxEntries == that.maxEntries && flags == that.flags
                && role.equals(that.role) && Arrays.equals(initialData, that.initialData);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}
