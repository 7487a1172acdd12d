package io.bpf4j.compiler.ir;

/**
 * A virtual register of 64 bits, unique within its function. It may be assigned more than once.
 *
 * <p>Invariant of the tree-to-code step: a number narrower than 64 bits stands in it extended by its own
 * signedness to 64 bits, except 32-bit intermediate results of {@code wide == false} operations, whose upper half
 * is zero.
 */
public record Value(int id) implements Operand, Base {
    @Override
    public String toString() {
        return "v" + id;
    }
}
