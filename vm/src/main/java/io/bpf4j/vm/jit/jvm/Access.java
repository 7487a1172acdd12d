package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;

/**
 * How generated code reaches memory; on the operand stack: what {@link #begin} pushes, an index, and for a write the
 * value.
 */
sealed interface Access permits BufferAccess, SegmentAccess {

    /** Pushes what the index comes after. */
    void begin(Code code, Width width);

    /** Pushes the index of a register plus an offset, whatever that may be: the access checks it. */
    void index(Code code, Register base, int offset);

    /** Makes the index of an int that is one in the memory's buffer. */
    void index(Code code);

    /** Reads: byte, short, int or long. */
    void read(Code code, Width width);

    /** Writes: byte, short, int or long. */
    void write(Code code, Width width);
}
