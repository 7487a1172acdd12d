package io.bpf4j.vm.abi;

import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.StructType.Member;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The context of uprobe and kprobe programs on x86-64: {@code struct pt_regs}
 * (arch/x86/include/asm/ptrace.h), 21 registers of 8 bytes, r15 first.
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

    private static final StructType TYPE = StructType.struct("pt_regs",
            Arrays.stream(values()).map(register -> new Member(register.fieldName(), IntType.U64)).toList());

    /** Returns the byte offset of the register. */
    public int offset() {
        return ordinal() * Long.BYTES;
    }

    /** Returns the name of the kernel's field, such as {@code orig_ax}. */
    public String fieldName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the whole structure, fields named as the kernel's; always the same object. */
    public static StructType type() {
        return TYPE;
    }

    /** Finds a register by the kernel's field name. */
    public static Optional<PtRegs> byFieldName(String name) {
        return Arrays.stream(values()).filter(register -> register.fieldName().equals(name)).findFirst();
    }
}
