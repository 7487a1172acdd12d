package io.bpf4j.vm.x64;

/** Counts of bits; LZCNT and TZCNT need a processor with ABM and BMI1, else they act as BSR and BSF. */
public enum BitCount {
    POPCNT(0xf30fb8),
    /** Zero bits below the lowest one; the operand's size if there is none. */
    TZCNT(0xf30fbc),
    /** Zero bits above the highest one; the operand's size if there is none. */
    LZCNT(0xf30fbd);

    private final int opcode;

    BitCount(int opcode) {
        this.opcode = opcode;
    }

    int opcode() {
        return opcode;
    }
}
