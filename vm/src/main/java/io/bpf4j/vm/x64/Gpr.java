package io.bpf4j.vm.x64;

import java.util.Locale;

/**
 * One of the sixteen general-purpose registers in 64-bit mode (Intel SDM volume 1, section 3.4.1.1); how much of it an
 * instruction touches is the instruction's {@link OperandSize}. The old high-byte registers (ah, bh, ch, dh) are not
 * named.
 */
public enum Gpr implements Operand {
    RAX("al", "ax", "eax"),
    RCX("cl", "cx", "ecx"),
    RDX("dl", "dx", "edx"),
    RBX("bl", "bx", "ebx"),
    RSP("spl", "sp", "esp"),
    RBP("bpl", "bp", "ebp"),
    RSI("sil", "si", "esi"),
    RDI("dil", "di", "edi"),
    R8("r8b", "r8w", "r8d"),
    R9("r9b", "r9w", "r9d"),
    R10("r10b", "r10w", "r10d"),
    R11("r11b", "r11w", "r11d"),
    R12("r12b", "r12w", "r12d"),
    R13("r13b", "r13w", "r13d"),
    R14("r14b", "r14w", "r14d"),
    R15("r15b", "r15w", "r15d");

    private static final Gpr[] ALL = values();

    private final String[] names;

    Gpr(String... names) {
        this.names = names;
    }

    /** Returns the number in the encoding, 0 to 15; its top bit goes to a REX or VEX prefix. */
    public int number() {
        return ordinal();
    }

    /**
     * Returns the register with a number.
     *
     * @throws IllegalArgumentException if the number is not in 0 to 15
     */
    public static Gpr of(int number) {
        if (number < 0 || number >= ALL.length) {
            throw new IllegalArgumentException("no general-purpose register has number " + number);
        }
        return ALL[number];
    }

    /** Returns the name of the register's low part of a size, as Intel's assembly syntax has it: {@code r8d}. */
    public String name(OperandSize size) {
        return size == OperandSize.QWORD ? toString() : names[size.ordinal()];
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
