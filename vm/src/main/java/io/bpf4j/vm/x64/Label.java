package io.bpf4j.vm.x64;

/**
 * A place in the code of one {@link X64Assembler}, which makes and binds it; it may be used before it is bound, and is
 * equal to itself only.
 */
public final class Label implements Place {

    private static final int UNBOUND = -1;

    private final CodeBuffer owner;
    private final String name;
    private int position = UNBOUND;
    private int flexiblesBefore;

    Label(CodeBuffer owner, String name) {
        this.owner = owner;
        this.name = name;
    }

    /** Returns whether the assembler has been told where the label is. */
    public boolean isBound() {
        return position != UNBOUND;
    }

    void bind(int rawPosition, int flexibles) {
        if (isBound()) {
            throw new IllegalStateException("label " + name + " is bound twice");
        }
        position = rawPosition;
        flexiblesBefore = flexibles;
    }

    /** Checks that the label may be used with a buffer. */
    void requireOwner(CodeBuffer user) {
        if (owner != user) {
            throw new IllegalArgumentException("label " + name + " belongs to another assembler");
        }
    }

    /** Returns the bytes of fixed size before the label. */
    int position() {
        if (!isBound()) {
            throw new IllegalStateException("label " + name + " is used but not bound");
        }
        return position;
    }

    /** Returns the number of pieces of flexible size before the label. */
    int flexiblesBefore() {
        return flexiblesBefore;
    }

    @Override
    public String toString() {
        return name;
    }
}
