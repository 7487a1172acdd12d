package io.bpf4j.vm.x64;

/**
 * The instruction that an {@link X64Decoder} holds: where its parts are, where it leads, and which of its bytes depend
 * on where it lies.
 *
 * <p>All offsets are counted from the start of the instruction; {@link #NONE} where there is no such part. Values other
 * than {@link #status} and {@link #length} mean something only if there is an instruction, and until the bytes change.
 */
public abstract sealed class DecodedInsn permits X64Decoder {

    /** What is known after an attempt. */
    public enum Status {
        /** An instruction was found, or something reserved that would have that length (see {@link OpcodeTables}). */
        VALID,
        /** No processor has such an instruction, or it is longer than 15 bytes. */
        INVALID,
        /** The bytes end before the instruction does. */
        TRUNCATED
    }

    /** The scheme that the bytes follow. */
    public enum Encoding {
        /** Legacy prefixes, REX and one to three bytes of opcode. */
        LEGACY,
        VEX,
        EVEX,
        XOP
    }

    /** The offset of a part that the instruction does not have. */
    public static final int NONE = -1;

    /** The most bytes that an instruction can have. */
    public static final int LONGEST = 15;

    byte[] code;
    int start;
    int at;
    Status status = Status.TRUNCATED;
    Encoding encoding;
    int prefixes;
    int rex;
    /** The bits that extend the fields of ModRM and SIB, as REX has them: R 4, X 2, B 1. */
    int extension;
    int map;
    int opcode;
    int opcodeOffset;
    int modrmOffset;
    int displacementOffset;
    int displacementSize;
    boolean ripRelative;
    int immediateOffset;
    int immediateSize;
    Transfer transfer;

    DecodedInsn() {}

    boolean isWide() {
        return (rex & 8) != 0;
    }

    /** Returns whether there is an instruction, and if not, why. */
    public Status status() {
        return status;
    }

    /** Returns whether there is an instruction. */
    public boolean isValid() {
        return status == Status.VALID;
    }

    /** Returns the bytes of the instruction, 1 to 15, or 0 if there is none. */
    public int length() {
        return status == Status.VALID ? at - start : 0;
    }

    /** Returns the scheme that the bytes follow. */
    public Encoding encoding() {
        return encoding;
    }

    /** Returns the opcode's map: 0 for one byte, 1 for 0F, 2 for 0F38, 3 for 0F3A, or the number in EVEX or XOP. */
    public int map() {
        return map;
    }

    /** Returns the opcode within its map, 0 to 255. */
    public int opcode() {
        return opcode;
    }

    /** Returns where the opcode's last byte is. */
    public int opcodeOffset() {
        return opcodeOffset;
    }

    /** Returns whether the instruction has a legacy prefix. */
    public boolean has(Prefix prefix) {
        return (prefixes & prefix.bit()) != 0;
    }

    /** Returns the REX prefix, 0x40 to 0x4f, or 0. */
    public int rex() {
        return rex;
    }

    /** Returns where the ModRM byte is. */
    public int modrmOffset() {
        return modrmOffset;
    }

    /** Returns the ModRM byte, 0 to 255; there must be one. */
    public int modrm() {
        return code[start + modrmOffset] & 0xff;
    }

    /** Returns whether an operand is in memory, or an address is computed as if it were. */
    public boolean hasMemory() {
        boolean namesRegisters = encoding == Encoding.LEGACY && map == 1 && (opcode & 0xfc) == 0x20;
        return modrmOffset != NONE && modrm() < 0xc0 && !namesRegisters;
    }

    /** Returns the number in ModRM's reg field, extended: 0 to 15; there must be a ModRM byte. */
    public int registerField() {
        return modrm() >> 3 & 7 | (extension & 4) << 1;
    }

    /** Returns the number in ModRM's r/m field, extended: 0 to 15; it must name a register. */
    public int operandField() {
        return modrm() & 7 | (extension & 1) << 3;
    }

    /** Returns the register that the memory operand counts from; null if there is none or it is rip. */
    public Gpr base() {
        if (!hasMemory() || ripRelative) {
            return null;
        }
        int field = hasSib() ? sib() & 7 : modrm() & 7;
        boolean isNone = field == 5 && modrm() < 0x40;
        return isNone ? null : Gpr.of(field | (extension & 1) << 3);
    }

    /**
     * Returns the register that is scaled and added to the memory operand's address; null if there is none. With
     * gathers and scatters it is a vector register's number.
     */
    public Gpr index() {
        if (!hasMemory() || !hasSib()) {
            return null;
        }
        int field = sib() >> 3 & 7 | (extension & 2) << 2;
        return field == Gpr.RSP.number() ? null : Gpr.of(field);
    }

    /** Returns what the index is multiplied by: 1, 2, 4 or 8; 1 if there is none. */
    public int scale() {
        return hasMemory() && hasSib() ? 1 << (sib() >> 6 & 3) : 1;
    }

    private boolean hasSib() {
        return (modrm() & 7) == 4;
    }

    private int sib() {
        return code[start + modrmOffset + 1] & 0xff;
    }

    /** Returns where the memory operand's displacement is. */
    public int displacementOffset() {
        return displacementOffset;
    }

    /** Returns the bytes of the memory operand's displacement: 0, 1 or 4. */
    public int displacementSize() {
        return displacementSize;
    }

    /** Returns whether the displacement is counted from the end of the instruction; it has 4 bytes then. */
    public boolean isRipRelative() {
        return ripRelative;
    }

    /** Returns where the immediate is; a branch's distance and an absolute address are immediates, too. */
    public int immediateOffset() {
        return immediateOffset;
    }

    /** Returns the bytes of the immediate: 0, 1, 2, 4 or 8; 3 of ENTER. */
    public int immediateSize() {
        return immediateSize;
    }

    /** Returns the immediate, sign-extended; 0 if there is none. */
    public long immediate() {
        return signed(immediateOffset, immediateSize);
    }

    /** Returns the memory operand's displacement; 0 if there is none. */
    public int displacement() {
        return (int) signed(displacementOffset, displacementSize);
    }

    /** Returns how the instruction hands on control. */
    public Transfer transfer() {
        return transfer;
    }

    /**
     * Returns the address that a relative branch leads to; {@link #transfer} must be one.
     *
     * @param address the instruction's own
     */
    public long branchTarget(long address) {
        return address + length() + immediate();
    }

    /**
     * Returns the address that an operand relative to rip has; {@link #isRipRelative} must hold.
     *
     * @param address the instruction's own
     */
    public long ripTarget(long address) {
        return address + length() + displacement();
    }

    /**
     * Returns whether processors differ: a relative branch with prefix 66 but without REX.W. Intel's ignore the prefix,
     * and so does this class; AMD's have a distance of 16 bits and truncate the target (AMD manual volume 3, 1.2.2).
     * Compilers do not make these.
     */
    public boolean isVendorDependent() {
        return transfer.isRelative() && has(Prefix.OPERAND_SIZE) && !isWide();
    }

    private long signed(int offset, int size) {
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = i == size - 1 ? code[start + offset + i] : value << 8 | code[start + offset + i] & 0xff;
        }
        return value;
    }
}
