package io.bpf4j.compiler.ir;

/**
 * Room in the function's frame, placed by code generation.
 *
 * @param id unique within the function
 * @param size bytes
 * @param alignment bytes, 1 to 8
 * @param name for listings and for the message when the frame is too large
 */
public record Slot(int id, int size, int alignment, String name) implements Base {
    @Override
    public String toString() {
        return "slot" + id;
    }
}
