package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.source.Span;
import java.util.List;

/** A run of machine operations with one entry and one ending. */
record MachineBlock(int id, List<Step> steps, Ending end, Span endAt) {
    /**
    * An operation.
    *
    * @param at the place in the source that asked for it
    * @param name what the source calls the register that it defines; may be empty
    */
    record Step(Operation operation, Span at, String name) {
        Step(Operation operation, Span at) {
            this(operation, at, "");
        }

        /** Returns another operation in the place of this one. */
        Step with(Operation other) {
            return new Step(other, at, name);
        }
    }

    /** Copies the list. */
    MachineBlock {
        steps = List.copyOf(steps);
    }

    MachineBlock withSteps(List<Step> others) {
        return new MachineBlock(id, others, end, endAt);
    }

    MachineBlock withEnd(Ending other) {
        return new MachineBlock(id, steps, other, endAt);
    }
}
