package io.bpf4j.vm.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Bytes of a program at the addresses where the program has them. They are not copied: whoever makes a block leaves
 * them alone.
 */
public record Block(long address, byte[] bytes) {

    /** Returns the addresses. */
    public Range range() {
        return new Range(address, address + bytes.length);
    }

    /** Returns whether a number of bytes from an address on are all here. */
    public boolean has(long from, int size) {
        long offset = from - address;
        return offset >= 0 && offset <= bytes.length - size;
    }

    /** Returns where an address is among the bytes; it must be in the range or at its end. */
    int offsetOf(long at) {
        return Math.toIntExact(at - address);
    }

    /** Returns a view for reading numbers. */
    ByteBuffer numbers() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
