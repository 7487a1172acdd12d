package io.bpf4j.vm.x64;

/**
 * The eight operations of two operands that share one scheme of encoding, in the order of their numbers in it (SDM
 * volume 2, table A-6, group 1).
 */
public enum Alu {
    ADD,
    OR,
    /** Add with the carry flag. */
    ADC,
    /** Subtract with the carry flag as borrow. */
    SBB,
    AND,
    SUB,
    XOR,
    /** Subtract, for the flags only. */
    CMP;

    /** Returns the number in the encoding, 0 to 7. */
    int number() {
        return ordinal();
    }
}
