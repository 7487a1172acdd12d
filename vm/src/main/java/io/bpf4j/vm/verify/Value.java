package io.bpf4j.vm.verify;

/** What is known of the content of a register or of a spilled one. Immutable. */
sealed interface Value permits Value.Uninitialised, Scalar, Pointer {

    /** Nothing was written to it, or it was lost in a call. */
    Uninitialised UNINITIALISED = new Uninitialised();

    /** The content must not be used. */
    record Uninitialised() implements Value {
        @Override
        public String toString() {
            return "uninitialised";
        }
    }

    /** Returns whether it is known to be the number zero. */
    default boolean isZero() {
        return this instanceof Scalar scalar && scalar.range().isConstant(0);
    }
}
