package io.bpf4j.vm.isa;

/** What the two 32-bit halves of a 64-bit immediate mean: its "source" field (RFC 9669, section 5.4). */
public enum Immediate64 {
    /** A plain number, low half first. */
    NUMBER(0),
    /** Low half: a map's file descriptor; the register gets the map. */
    MAP(1),
    /**
     * Low half: a map's file descriptor, high half: offset into its only value; the register gets the
     * address.
     */
    MAP_VALUE(2),
    /** Low half: the BTF id of a kernel variable, high half: the module's BTF descriptor. */
    VARIABLE(3),
    /**
     * Low half: distance in slots to a function of this program, for a callback; counted, as in a call, from the slot
     * after the first (kernel/bpf/verifier.c, add_subprog_and_kfunc).
     */
    FUNCTION(4),
    /** As {@link #MAP}, by index into the loader's descriptor array. */
    MAP_INDEX(5),
    /** As {@link #MAP_VALUE}, by index into the loader's descriptor array. */
    MAP_INDEX_VALUE(6);

    /** Returns the source field, 0 to 6. */
    public int code() {
        return ordinal();
    }

    /** Returns whether the high half means anything; if not, it must be zero. */
    public boolean usesHighHalf() {
        return this != MAP && this != FUNCTION && this != MAP_INDEX;
    }

    Immediate64(int code) {
        if (code != ordinal()) {
            throw new AssertionError("rows out of order at " + code);
        }
    }
}
