package io.bpf4j.vm.jit.jvm;

/** What is known of a register's value before an instruction, whichever way led there. */
sealed interface Fact {

    /** Nothing. */
    Fact ANY = new Any();
    /** The upper half is zero. */
    Fact NARROW = new Narrow();
    /** What registers start with that are not arguments. */
    Fact ZERO = new Constant(0);

    /** Returns whether the upper half is zero. */
    boolean isNarrow();

    /** See {@link #ANY}. */
    record Any() implements Fact {
        @Override
        public boolean isNarrow() {
            return false;
        }
    }

    /** See {@link #NARROW}. */
    record Narrow() implements Fact {
        @Override
        public boolean isNarrow() {
            return true;
        }
    }

    /** The value is always the same. */
    record Constant(long value) implements Fact {
        @Override
        public boolean isNarrow() {
            return value >>> Integer.SIZE == 0;
        }
    }

    /** Returns what holds if one of two facts does. */
    static Fact either(Fact one, Fact other) {
        if (one.equals(other)) {
            return one;
        }
        return one.isNarrow() && other.isNarrow() ? NARROW : ANY;
    }
}
