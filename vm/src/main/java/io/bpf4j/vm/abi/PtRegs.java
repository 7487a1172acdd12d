package io.bpf4j.vm.abi;

/**
 * The context of uprobe and kprobe programs on x86-64: {@code struct pt_regs}
 * (arch/x86/include/uapi/asm/ptrace.h), 21 registers of 8 bytes, r15 first.
 *
 * <pre>
 *   0 r15 |  8 r14 | 16 r13 | 24 r12 | 32 bp | 40 bx | 48 r11 | 56 r10 | 64 r9 | 72 r8 | 80 ax
 *  88 cx  | 96 dx  |104 si  |112 di  |120 orig_ax |128 ip |136 cs |144 flags |152 sp |160 ss
 * </pre>
 */
public enum PtRegs {
    R15,
    R14,
    R13,
    R12,
    BP,
    BX,
    R11,
    R10,
    R9,
    R8,
    AX,
    CX,
    DX,
    SI,
    DI,
    ORIG_AX,
    IP,
    CS,
    FLAGS,
    SP,
    SS;

    /** The size of the whole structure in bytes. */
    public static final int SIZE = values().length * Long.BYTES;

    /** Returns the byte offset of the register. */
    public int offset() {
        return ordinal() * Long.BYTES;
    }
}
