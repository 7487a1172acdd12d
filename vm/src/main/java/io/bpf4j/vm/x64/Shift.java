package io.bpf4j.vm.x64;

/**
 * Shifts and rotations, with their numbers in the encoding (SDM volume 2, table A-6, group 2). The processor takes the
 * count modulo 32, or modulo 64 for 64-bit operands.
 */
public enum Shift {
    ROL(0),
    ROR(1),
    /** Rotate left through the carry flag. */
    RCL(2),
    /** Rotate right through the carry flag. */
    RCR(3),
    SHL(4),
    SHR(5),
    /** Shift right, the sign moves in. */
    SAR(7);

    private final int number;

    Shift(int number) {
        this.number = number;
    }

    /** Returns the number in the encoding, 0 to 7. */
    int number() {
        return number;
    }
}
