package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.ir.Slot;

/** Where in memory: an offset from a register, or within an object of the frame. */
sealed interface Place {

    /** Bytes from the address in a register. */
    record Indirect(int base, int offset) implements Place {}

    /** Bytes from the start of an object of the frame. */
    record InFrame(Slot slot, int offset) implements Place {}
}
