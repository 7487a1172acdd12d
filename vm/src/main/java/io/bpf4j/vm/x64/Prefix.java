package io.bpf4j.vm.x64;

/** The legacy prefixes of an instruction (SDM volume 2, section 2.1.1). */
public enum Prefix {
    /** 66: operands of 16 bits, or another instruction. */
    OPERAND_SIZE,
    /** 67: addresses of 32 bits. */
    ADDRESS_SIZE,
    /** F0. */
    LOCK,
    /** F2: REPNE, or another instruction. */
    REPNE,
    /** F3: REP, or another instruction. */
    REP,
    /** 64 or 65: FS or GS. */
    SEGMENT,
    /** 26, 2E, 36 or 3E: a segment that means nothing in 64-bit mode; a hint to branches. */
    NULL_SEGMENT;

    int bit() {
        return 1 << ordinal();
    }

    /** Returns the prefix that a byte of the opcode table's class p stands for, other than REX. */
    static Prefix of(int code) {
        return switch (code) {
            case 0x66 -> OPERAND_SIZE;
            case 0x67 -> ADDRESS_SIZE;
            case 0xf0 -> LOCK;
            case 0xf2 -> REPNE;
            case 0xf3 -> REP;
            case 0x64, 0x65 -> SEGMENT;
            default -> NULL_SEGMENT;
        };
    }
}
