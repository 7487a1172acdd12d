package io.bpf4j.vm.x64;

/**
 * Counts of bits and searches for them. LZCNT needs a processor with ABM and TZCNT one with BMI1; others take them for
 * BSR and BSF.
 */
public enum BitCount {
    POPCNT(0xf30fb8),
    /** Zero bits below the lowest one; the operand's size if there is none. */
    TZCNT(0xf30fbc),
    /** Zero bits above the highest one; the operand's size if there is none. */
    LZCNT(0xf30fbd),
    /** Number of the lowest one; the register keeps its value or gets any if there is none, and ZF is set. */
    BSF(0x0fbc),
    /** Number of the highest one; the register keeps its value or gets any if there is none, and ZF is set. */
    BSR(0x0fbd);

    private final int opcode;

    BitCount(int opcode) {
        this.opcode = opcode;
    }

    int opcode() {
        return opcode;
    }
}
