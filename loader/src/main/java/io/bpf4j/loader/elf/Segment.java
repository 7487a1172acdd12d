package io.bpf4j.loader.elf;

/**
 * One program header. Sizes, offsets and addresses are unsigned 64-bit numbers in bytes, as stored and unchecked.
 *
 * @param type       {@code p_type}, for example {@link #LOAD}
 * @param flags      {@link #EXECUTABLE}, {@link #WRITABLE}, {@link #READABLE}
 * @param offset     where the bytes lie in the file
 * @param address    virtual address before relocation
 * @param fileSize   bytes in the file
 * @param memorySize bytes in memory
 * @param alignment  {@code p_align}
 */
public record Segment(int type, int flags, long offset, long address, long fileSize, long memorySize,
        long alignment) {

    /** PT_LOAD: mapped by the kernel or the dynamic linker. */
    public static final int LOAD = 1;
    /** PT_DYNAMIC: the dynamic section. */
    public static final int DYNAMIC = 2;
    /** PT_INTERP: path of the dynamic linker. */
    public static final int INTERPRETER = 3;
    /** PT_NOTE: notes. */
    public static final int NOTE = 4;

    /** PF_X. */
    public static final int EXECUTABLE = 1;
    /** PF_W. */
    public static final int WRITABLE = 2;
    /** PF_R. */
    public static final int READABLE = 4;

    /** Whether the code of this segment may be executed. */
    public boolean isExecutable() {
        return (flags & EXECUTABLE) != 0;
    }

    /** Whether this segment is mapped and {@code virtualAddress} lies in the part that comes from the file. */
    public boolean holdsAddress(long virtualAddress) {
        return type == LOAD && Long.compareUnsigned(virtualAddress - address, fileSize) < 0;
    }

    /** Whether this segment is mapped and holds the byte at {@code fileOffset}. */
    public boolean holdsOffset(long fileOffset) {
        return type == LOAD && Long.compareUnsigned(fileOffset - offset, fileSize) < 0;
    }
}
