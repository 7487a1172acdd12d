package io.bpf4j.vm.x64;

/** How many bytes of a register or of memory an instruction works on. */
public enum OperandSize {
    /** 8 bits; a write leaves the register's other bits. */
    BYTE,
    /** 16 bits; a write leaves the register's other bits. */
    WORD,
    /** 32 bits; a write clears the upper half of the register (SDM volume 1, section 3.4.1.1). */
    DWORD,
    /** 64 bits; immediates have 32 bits and are sign-extended. */
    QWORD;

    /** Returns the size in bytes: 1, 2, 4 or 8. */
    public int bytes() {
        return 1 << ordinal();
    }

    /** Returns the size in bits: 8, 16, 32 or 64. */
    public int bits() {
        return 8 << ordinal();
    }

    /**
     * Returns the size of a number of bytes.
     *
     * @throws IllegalArgumentException if the number is not 1, 2, 4 or 8
     */
    public static OperandSize ofBytes(int bytes) {
        return switch (bytes) {
            case 1 -> BYTE;
            case 2 -> WORD;
            case 4 -> DWORD;
            case 8 -> QWORD;
            default -> throw new IllegalArgumentException("no operand has " + bytes + " bytes");
        };
    }

    /** Returns the bytes that an immediate of an instruction of this size takes: 1, 2 or 4. */
    int immediateBytes() {
        return Math.min(bytes(), Integer.BYTES);
    }

    /**
     * Checks an immediate and returns it as the processor sees it, sign-extended.
     *
     * @throws IllegalArgumentException if no immediate of this size has the value, signed or (below 64 bits) unsigned
     */
    long immediate(long value) {
        int bits = 8 * immediateBytes();
        long lowest = -1L << bits - 1;
        long highest = this == QWORD ? ~lowest : (1L << bits) - 1;
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException("immediate " + value + " does not fit " + bits + " bits"
                    + (this == QWORD ? ", sign-extended" : ""));
        }
        return value << Long.SIZE - bits >> Long.SIZE - bits;
    }
}
