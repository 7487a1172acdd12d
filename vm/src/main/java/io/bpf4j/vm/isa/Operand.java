package io.bpf4j.vm.isa;

/**
 * The second operand of an instruction: a register, or a 32-bit immediate that is sign-extended where 64
 * bits are used.
 */
public sealed interface Operand permits Register, Operand.Immediate {

    /** A constant in the instruction. */
    record Immediate(int value) implements Operand {
        @Override
        public String toString() {
            return Integer.toString(value);
        }
    }

    /** Wraps a constant. */
    static Immediate immediate(int value) {
        return new Immediate(value);
    }
}
