package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Base;

/**
 * A place in memory that loads and stores can reach.
 *
 * @param base a pointer or a slot of the frame
 * @param offset bytes from the base
 * @param alignment what the base is known to be a multiple of, in bytes
 */
record Address(Base base, int offset, int alignment) {

    /** Returns the place some bytes further on. */
    Address plus(int bytes) {
        return new Address(base, offset + bytes, alignment);
    }

    /** Returns the widest access, 1 to 8 bytes, that is aligned here. */
    int widest() {
        int lowest = offset == 0 ? Long.BYTES : Integer.lowestOneBit(offset);
        return Math.min(Long.BYTES, Math.min(alignment, lowest));
    }
}
