package io.bpf4j.vm.map.layout;

/**
 * The beginning of an arena: a block of memory that holds maps and is shared by processes.
 *
 * <p>Each process may have the block at another address, so nothing in it is an address: only offsets from the arena's
 * start, and indices. All numbers are little-endian. The arena starts at a page; so does each map's part.
 *
 * <pre>
 *      0 +--------------------------------+
 *        | magic (u64), written last      |
 *      8 +----------------+---------------+
 *        | version (u32)  | maps (u32)    |
 *     16 +----------------+---------------+
 *        | size in bytes (u64)            |
 *     24 +----------------+---------------+
 *        | shards (u32)   | 0             |
 *     32 +----------------+---------------+
 *        | 0                              |
 *    128 +--------------------------------+
 *        | map descriptors, 128 bytes each|  see MapDescriptor
 *        +--------------------------------+
 *        | the maps' parts, page-aligned  |  see MapPlan
 *        +--------------------------------+
 * </pre>
 */
public final class ArenaDescriptor {
    /** What an arena that is ready starts with: {@code bpf4jmap}. */
    public static final long READY = 0x70616d6a34667062L;
    /** The number of this layout; another one cannot be opened. */
    public static final int LAYOUT_VERSION = 1;

    /** The offset of the magic number. */
    public static final int MAGIC = 0;
    /** The offset of the layout's version. */
    public static final int VERSION = 8;
    /** The offset of the number of maps. */
    public static final int MAP_COUNT = 12;
    /** The offset of the size of all. */
    public static final int SIZE = 16;
    /** The offset of how many values a per-CPU map has for each key. */
    public static final int SHARDS = 24;
    /** The offset of the first descriptor. */
    public static final int DIRECTORY = 128;

    /** The alignment of each map's part, in bytes. */
    public static final int PAGE = 4096;

    private ArenaDescriptor() {}

    /** Returns the offset of a map's descriptor. */
    public static int descriptor(int map) {
        return DIRECTORY + map * MapDescriptor.LENGTH;
    }

    /** Returns the offset of the first map's part. */
    public static long parts(int maps) {
        return roundUp(descriptor(maps), PAGE);
    }

    /** Rounds up to a multiple of a power of two. */
    public static long roundUp(long size, int alignment) {
        return size + alignment - 1 & -alignment;
    }
}
