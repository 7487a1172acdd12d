package io.bpf4j.compiler.ir;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.isa.Condition;

/** How a block ends; targets are block ids. */
public sealed interface Terminator {

    /** Returns the place in the source that asked for it. */
    Span at();

    /** Goes on at another block. */
    record Jump(int target, Span at) implements Terminator {}

    /** Goes on at one of two blocks. */
    record Branch(Condition condition, boolean wide, Operand left, Operand right, int whenTrue, int whenFalse,
            Span at)
            implements
                Terminator {}

    /** Leaves the function with a result (0 where the function has none). */
    record Return(Operand value, Span at) implements Terminator {}
}
