package io.bpf4j.compiler.ir;

/** What an instruction computes with: a virtual register or a constant. */
public sealed interface Operand permits Value, Operand.Constant {

    /** A number of 64 bits; code generation finds out whether it fits an instruction. */
    record Constant(long value) implements Operand {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /** Wraps a number. */
    static Constant constant(long value) {
        return new Constant(value);
    }
}
