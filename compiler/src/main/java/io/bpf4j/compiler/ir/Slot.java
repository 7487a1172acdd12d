package io.bpf4j.compiler.ir;

import io.bpf4j.compiler.source.Span;

/**
 * Room in the function's frame, placed by code generation.
 *
 * @param id unique within the function
 * @param size bytes
 * @param alignment bytes, 1 to 8
 * @param name the variable's; of room that is no variable's, what it is for in more than one word
 * @param at the variable's declaration, or what asks for the room
 */
public record Slot(int id, int size, int alignment, String name, Span at) implements Base {

    /** Returns whether it is a variable of the source. */
    public boolean isVariable() {
        return name.indexOf(' ') < 0;
    }

    @Override
    public String toString() {
        return "slot" + id;
    }
}
