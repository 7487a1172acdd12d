package io.bpf4j.vm.memory;

/**
 * A part of the memory that programs may touch.
 *
 * <p>With a stride it is a row of elements: an access must stay inside the first {@code elementSize} bytes of one of
 * them, so that nobody walks from one map value into the next.
 *
 * @param name for messages, such as {@code stack} or {@code a value of map counts}
 * @param start the address of the first byte
 * @param size in bytes
 * @param writable whether programs may write
 * @param stride the bytes from one element to the next; {@code size} if there is only one
 * @param elementSize the bytes of an element that may be touched, at most {@code stride}
 */
public record Region(String name, long start, long size, boolean writable, long stride, long elementSize) {

    /** Checks the sizes. */
    public Region {
        if (size < 0 || stride < elementSize) {
            throw new IllegalArgumentException(name + ": " + elementSize + " of " + stride + " of " + size);
        }
    }

    /** Makes a region of one piece. */
    public Region(String name, long start, long size, boolean writable) {
        this(name, start, size, writable, size, size);
    }

    /** Returns whether an access lies inside. */
    public boolean contains(long address, int bytes) {
        long offset = address - start;
        if (offset < 0 || offset > size - bytes) {
            return false;
        }
        return stride == size ? offset <= elementSize - bytes : offset % stride <= elementSize - bytes;
    }

    /** Returns the address behind the last byte. */
    public long end() {
        return start + size;
    }
}
