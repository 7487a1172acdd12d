package io.bpf4j.vm.x64;

/**
 * Puts an instruction's parts into bytes (SDM volume 2, chapter 2):
 *
 * <pre>
 * [segment] [66] [F0|F2|F3] [REX 0100WRXB]         [0F [38|3A]] opcode ModRM [SIB] [displacement] [immediate]
 *                           [C4 RXBmmmmm WvvvvLpp]              opcode ModRM ...
 *
 * ModRM  mod reg r/m     mod 11: r/m is a register; 00, 01, 10: memory with displacement of 0, 1, 4 bytes
 *        7-6 5-3 2-0     r/m 100 (rsp, r12): SIB follows; mod 00 and r/m 101 (rbp, r13): rip + 4 bytes
 * SIB    scale index base  index 100: none; mod 00 and base 101: no base, 4 bytes
 * </pre>
 */
final class Encoder {

    private static final int RM_SIB = 4;
    private static final int RM_RIP = 5;
    private static final int NO_INDEX = 4;
    private static final int NO_BASE = 5;

    private final CodeBuffer out;
    private boolean locked;

    Encoder(CodeBuffer out) {
        this.out = out;
    }

    /** Puts a lock prefix in the next instruction. */
    void lock() {
        locked = true;
    }

    /**
     * Writes an instruction up to its immediate.
     *
     * @param opcode up to four bytes, the first one written at the top; may begin with a mandatory prefix F2 or F3
     * @param reg the register's number, or an extension of the opcode
     * @param immediateBytes what the caller will write after this
     */
    void instruction(OperandSize size, int opcode, int reg, Operand rm, int immediateBytes) {
        instruction(size, opcode, reg, rm, immediateBytes, size == OperandSize.BYTE && needsRex(rm));
    }

    /** Writes an instruction whose reg field is a register, too. */
    void instruction(OperandSize size, int opcode, Gpr reg, Operand rm, int immediateBytes) {
        boolean forceRex = size == OperandSize.BYTE && (needsRex(reg) || needsRex(rm));
        instruction(size, opcode, reg.number(), rm, immediateBytes, forceRex);
    }

    /**
     * Writes an instruction.
     *
     * @param forceRex whether a REX prefix is needed even if it is empty, for spl, bpl, sil, dil
     */
    void instruction(OperandSize size, int opcode, int reg, Operand rm, int immediateBytes,
            boolean forceRex) {
        segment(rm);
        if (size == OperandSize.WORD) {
            out.put8(0x66);
        }
        if (locked) {
            out.put8(0xf0);
            locked = false;
        }
        int rest = opcode;
        int top = topByte(opcode);
        int mandatory = opcode >>> 8 * top;
        if (top > 0 && (mandatory == 0xf2 || mandatory == 0xf3)) {
            out.put8(mandatory);
            rest = opcode & (1 << 8 * top) - 1;
            top--;
        }
        int rex = rex(reg, rm) | (size == OperandSize.QWORD ? 8 : 0);
        if (rex != 0 || forceRex) {
            out.put8(0x40 | rex);
        }
        for (int i = top; i >= 0; i--) {
            out.put8(rest >>> 8 * i);
        }
        operands(reg, rm, immediateBytes);
    }

    /**
     * Writes an instruction that has its register in the low bits of the opcode.
     *
     * @param opcode one byte, or two the first of which is 0F
     */
    void inOpcode(OperandSize size, int opcode, Gpr register) {
        if (size == OperandSize.WORD) {
            out.put8(0x66);
        }
        int rex = register.number() >> 3 | (size == OperandSize.QWORD ? 8 : 0);
        if (rex != 0 || size == OperandSize.BYTE && needsRex(register)) {
            out.put8(0x40 | rex);
        }
        if (opcode > 0xff) {
            out.put8(opcode >> 8);
        }
        out.put8(opcode & 0xff | register.number() & 7);
    }

    /**
     * Writes an instruction with a three-byte VEX prefix, vector length 0, up to its immediate.
     *
     * @param form implied prefix (0, 66, F3 or F2), map (38 or 3A) and opcode, a byte each
     * @param extra the number of the register in vvvv; 0 for none
     */
    void vex(OperandSize size, int form, int reg, int extra, Operand rm, int immediateBytes) {
        segment(rm);
        int prefix = switch (form >> 16 & 0xff) {
            case 0x66 -> 1;
            case 0xf3 -> 2;
            case 0xf2 -> 3;
            default -> 0;
        };
        int map = (form >> 8 & 0xff) == 0x38 ? 2 : 3;
        int wide = size == OperandSize.QWORD ? 0x80 : 0;
        out.put8(0xc4);
        out.put8(~rex(reg, rm) << 5 & 0xe0 | map);
        out.put8(wide | (~extra & 0xf) << 3 | prefix);
        out.put8(form & 0xff);
        operands(reg, rm, immediateBytes);
    }

    private static int topByte(int opcode) {
        return (31 - Integer.numberOfLeadingZeros(opcode | 1)) / 8;
    }

    /** Returns whether a byte operand is one of spl, bpl, sil, dil, which only a REX prefix tells from ah to bh. */
    static boolean needsRex(Operand operand) {
        return operand instanceof Gpr register && register.number() >= 4 && register.number() < 8;
    }

    private void segment(Operand rm) {
        if (rm instanceof Memory memory && memory.segment() != null) {
            out.put8(memory.segment().prefix());
        }
    }

    /** Returns the bits RXB. */
    private static int rex(int reg, Operand rm) {
        int bits = (reg & 8) >> 1;
        return switch (rm) {
            case Gpr register -> bits | register.number() >> 3;
            case Memory memory -> bits
                    | (memory.index() == null ? 0 : memory.index().number() >> 3 << 1)
                    | (memory.base() == null ? 0 : memory.base().number() >> 3);
        };
    }

    private void operands(int reg, Operand rm, int immediateBytes) {
        switch (rm) {
            case Gpr register -> modrm(3, reg, register.number());
            case Memory memory when memory.place() != null -> {
                modrm(0, reg, RM_RIP);
                out.field(new Field.Distance(Integer.BYTES + immediateBytes), memory.place(),
                        memory.displacement());
            }
            case Memory memory when memory.base() == null -> {
                modrm(0, reg, RM_SIB);
                sib(memory, NO_BASE);
                out.put(memory.displacement(), Integer.BYTES);
            }
            case Memory memory -> based(reg, memory);
        }
    }

    private void based(int reg, Memory memory) {
        int base = memory.base().number() & 7;
        int displacement = memory.displacement();
        // Without displacement, rbp and r13 would mean: none.
        int mod = displacement == 0 && base != NO_BASE ? 0 : displacement == (byte) displacement ? 1 : 2;
        if (memory.index() == null && base != RM_SIB) {
            modrm(mod, reg, base);
        } else {
            modrm(mod, reg, RM_SIB);
            sib(memory, base);
        }
        out.put(displacement, mod == 2 ? Integer.BYTES : mod);
    }

    private void modrm(int mod, int reg, int rm) {
        out.put8(mod << 6 | (reg & 7) << 3 | rm & 7);
    }

    private void sib(Memory memory, int base) {
        int index = memory.index() == null ? NO_INDEX : memory.index().number() & 7;
        out.put8(Integer.numberOfTrailingZeros(memory.scale()) << 6 | index << 3 | base & 7);
    }
}
