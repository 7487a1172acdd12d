package io.bpf4j.loader.sys;

import io.bpf4j.vm.program.MapKind;

/**
 * What a map shall be.
 *
 * @param type
 *            the kernel's number of the map's type, see {@link MapKind}
 * @param keySize
 *            bytes of a key; 0 for ring buffers
 * @param valueSize
 *            bytes of a value; 0 for ring buffers
 * @param maxEntries
 *            how many entries; for a ring buffer its bytes, a power of two and a multiple of the page size
 * @param flags
 *            BPF_F_* of map creation
 * @param name
 *            at most 15 letters, digits, '_' or '.'; what is longer is cut
 * @param types
 *            which types of which BTF object describe keys and values
 * @param extra
 *            {@code map_extra}, meaning depends on the type
 * @param inner
 *            the number of the descriptor of a map like those that it is to hold; 0 if it holds none
 */
public record MapParameters(int type, int keySize, int valueSize, int maxEntries, int flags, String name,
        Types types,
        long extra, int inner) {
    /** BPF_F_NO_PREALLOC: entries are allocated when they are made. */
    public static final int NO_PREALLOCATION = 1;
    /** BPF_F_RDONLY_PROG: programs cannot write. */
    public static final int READ_ONLY_FOR_PROGRAMS = 1 << 7;
    /** BPF_F_MMAPABLE: an array that can be mapped. */
    public static final int MAPPABLE = 1 << 10;

    /**
     * BTF types of a map.
     *
     * @param btfFd
     *            the number of a BTF object's descriptor; 0 for none
     * @param keyId
     *            the key's type id
     * @param valueId
     *            the value's type id
     */
    public record Types(int btfFd, int keyId, int valueId) {
        /** Untyped. */
        public static final Types NONE = new Types(0, 0, 0);
    }

    /** A map with no flags and no types. */
    public static MapParameters of(MapKind type, int keySize, int valueSize, int maxEntries, String name) {
        return new MapParameters(type.number(), keySize, valueSize, maxEntries, 0, name, Types.NONE, 0, 0);
    }

    /** A ring buffer of {@code size} bytes, a power of two and a multiple of the page size. */
    public static MapParameters ringBuffer(int size, String name) {
        return of(MapKind.RINGBUF, 0, 0, size, name);
    }

    /** The same with other flags. */
    public MapParameters withFlags(int newFlags) {
        return new MapParameters(type, keySize, valueSize, maxEntries, newFlags, name, types, extra, inner);
    }

    /** The same, described by types. */
    public MapParameters withTypes(Types newTypes) {
        return new MapParameters(type, keySize, valueSize, maxEntries, flags, name, newTypes, extra, inner);
    }

    /** The same with other {@code map_extra}. */
    public MapParameters withExtra(long newExtra) {
        return new MapParameters(type, keySize, valueSize, maxEntries, flags, name, types, newExtra, inner);
    }
}
