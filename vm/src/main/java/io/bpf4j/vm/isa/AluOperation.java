package io.bpf4j.vm.isa;

/** A two-operand arithmetic operation {@code dst = dst op src}, in 64 or 32 bits (RFC 9669, section 4.1). */
public enum AluOperation {
    ADD("+=", 0x00, 0),
    SUBTRACT("-=", 0x10, 0),
    MULTIPLY("*=", 0x20, 0),
    /** Unsigned; a division by zero gives zero. */
    DIVIDE("/=", 0x30, 0),
    /** Signed; a division by zero gives zero, the most negative number by -1 itself. */
    SIGNED_DIVIDE("s/=", 0x30, 1),
    OR("|=", 0x40, 0),
    AND("&=", 0x50, 0),
    /** The shift count is masked to the operand's width. */
    SHIFT_LEFT("<<=", 0x60, 0),
    SHIFT_RIGHT(">>=", 0x70, 0),
    /** Unsigned; modulo zero leaves the dividend. */
    MODULO("%=", 0x90, 0),
    SIGNED_MODULO("s%=", 0x90, 1),
    XOR("^=", 0xa0, 0),
    MOVE("=", 0xb0, 0),
    SHIFT_RIGHT_SIGNED("s>>=", 0xc0, 0);

    private final String spelling;
    private final int bits;
    private final int offset;

    AluOperation(String spelling, int bits, int offset) {
        this.spelling = spelling;
        this.bits = bits;
        this.offset = offset;
    }

    /** Returns the operator in assembler text, such as {@code s>>=}. */
    public String spelling() {
        return spelling;
    }

    /** Returns the operation bits of the opcode. */
    int bits() {
        return bits;
    }

    /** Returns what the offset field must hold: 1 for the signed divisions, else 0. */
    int offset() {
        return offset;
    }
}
