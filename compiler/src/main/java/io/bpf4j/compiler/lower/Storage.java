package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Value;

/** Where a local variable lives. */
sealed interface Storage {

    /** In a register of its own. */
    record InRegister(Value value) implements Storage {}

    /** In the frame. */
    record InFrame(Slot slot) implements Storage {}

    /** Nowhere: it never changes, and is another name for a register or constant. */
    record Bound(Operand operand) implements Storage {}
}
