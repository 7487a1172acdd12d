package io.bpf4j.vm.x64;

/** How an instruction hands on control. */
public enum Transfer {
    /** To the next instruction. */
    NONE,
    /** To a distance: JMP. */
    JUMP,
    /** To a distance or to the next instruction: Jcc, LOOPcc, JRCXZ, and XBEGIN, which jumps when it aborts. */
    CONDITIONAL_JUMP,
    /** To a distance, to come back: CALL. */
    CALL,
    /** To an address from a register or memory, near or far: JMP. */
    INDIRECT_JUMP,
    /** To an address from a register or memory, near or far, to come back: CALL. */
    INDIRECT_CALL,
    /** To where the caller said: RET, IRET, SYSRET, SYSEXIT. */
    RETURN,
    /** To the kernel: SYSCALL, SYSENTER. */
    SYSTEM_CALL,
    /** To an interrupt's handler: INT n. */
    INTERRUPT,
    /** To the debugger: INT3, INT1. */
    BREAKPOINT,
    /** Nowhere: UD0, UD1, UD2. */
    UNDEFINED,
    /** Nowhere until an interrupt comes: HLT. */
    HALT;

    /** Returns whether the instruction itself says how far control goes. */
    public boolean isRelative() {
        return this == JUMP || this == CONDITIONAL_JUMP || this == CALL;
    }

    /** Returns whether the next instruction is never reached by this one, not even after a call. */
    public boolean endsFlow() {
        return switch (this) {
            case JUMP, INDIRECT_JUMP, RETURN, UNDEFINED -> true;
            case NONE, CONDITIONAL_JUMP, CALL, INDIRECT_CALL, SYSTEM_CALL, INTERRUPT, BREAKPOINT, HALT ->
                false;
        };
    }

    /** Returns what a valid opcode of one byte does. */
    static Transfer ofPrimary(int opcode, int modrm) {
        return switch (opcode) {
            case 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e,
                    0x7f,
                    0xe0, 0xe1, 0xe2, 0xe3 ->
                CONDITIONAL_JUMP;
            case 0xe8 -> CALL;
            case 0xe9, 0xeb -> JUMP;
            case 0xc2, 0xc3, 0xca, 0xcb, 0xcf -> RETURN;
            case 0xcc, 0xf1 -> BREAKPOINT;
            case 0xcd -> INTERRUPT;
            case 0xf4 -> HALT;
            case 0xc7 -> modrm == X64Decoder.XBEGIN ? CONDITIONAL_JUMP : NONE;
            case 0xff -> switch (modrm >> 3 & 7) {
                case 2, 3 -> INDIRECT_CALL;
                case 4, 5 -> INDIRECT_JUMP;
                default -> NONE;
            };
            default -> NONE;
        };
    }

    /** Returns what a valid opcode after 0F does. */
    static Transfer ofSecondary(int opcode) {
        return switch (opcode) {
            case 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e,
                    0x8f ->
                CONDITIONAL_JUMP;
            case 0x05, 0x34 -> SYSTEM_CALL;
            case 0x07, 0x35 -> RETURN;
            case 0x0b, 0xb9, 0xff -> UNDEFINED;
            default -> NONE;
        };
    }
}
