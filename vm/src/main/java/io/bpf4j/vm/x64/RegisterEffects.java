package io.bpf4j.vm.x64;

/**
 * What an instruction does to general-purpose registers and to the status flags, on the safe side: it may read fewer
 * registers than said here, and write more. Registers are bits, by their number. Unknown instructions read all.
 *
 * <p>The object holds what is known of one instruction at a time, like the decoder.
 */
public final class RegisterEffects {
    /** All sixteen registers. */
    public static final int ALL = 0xffff;
    /** The carry flag. */
    public static final int CARRY = 1;
    /** The other status flags: parity, adjust, zero, sign, overflow. */
    public static final int OTHER_FLAGS = 2;
    /** All status flags. */
    public static final int FLAGS = CARRY | OTHER_FLAGS;

    private static final int RAX = bit(Gpr.RAX.number());
    private static final int RCX = bit(Gpr.RCX.number());
    private static final int RDX = bit(Gpr.RDX.number());
    private static final int RSP = bit(Gpr.RSP.number());
    private static final int RBP = bit(Gpr.RBP.number());
    private static final int SYSTEM_CALL_READS = RAX | RDX | bit(6) | bit(7) | bit(8) | bit(9) | bit(10);

    private static final int ADC = 2;
    private static final int SBB = 3;
    private static final int SUB = 5;
    private static final int XOR = 6;
    private static final int CMP = 7;

    private DecodedInsn insn;
    private boolean known;
    private int reads;
    private int writes;
    private int touches;
    private int flagReads;
    private int flagWrites;

    /** Finds the effects of an instruction, which must be valid. */
    public void of(DecodedInsn decoded) {
        insn = decoded;
        known = true;
        reads = address();
        writes = 0;
        touches = 0;
        flagReads = 0;
        flagWrites = 0;
        switch (decoded.encoding()) {
            case LEGACY -> legacy();
            case VEX, EVEX -> vector();
            default -> known = false;
        }
        touches |= writes;
    }

    /** Returns whether the instruction's effects are known; if not, it may do anything but change rsp. */
    public boolean isKnown() {
        return known;
    }

    /** Returns the registers that may be read, addresses included. */
    public int reads() {
        return known ? reads : ALL;
    }

    /** Returns the registers all of whose old contents are lost. */
    public int writes() {
        return known ? writes : 0;
    }

    /** Returns the registers that may change. */
    public int touches() {
        return known ? touches : ALL & ~RSP;
    }

    /** Returns the flags that may be read. */
    public int flagReads() {
        return known ? flagReads : FLAGS;
    }

    /** Returns the flags whose old contents are lost. */
    public int flagWrites() {
        return known ? flagWrites : 0;
    }

    private static int bit(int number) {
        return 1 << number;
    }

    private int address() {
        Gpr base = insn.base();
        Gpr index = insn.index();
        return (base == null ? 0 : bit(base.number())) | (index == null ? 0 : bit(index.number()));
    }

    private void legacy() {
        switch (insn.map()) {
            case 0 -> primary(insn.opcode());
            case 1 -> secondary(insn.opcode());
            case 2, 3 -> tertiary();
            default -> known = false;
        }
    }

    private boolean isMemory() {
        return insn.hasMemory();
    }

    /** Returns the register that a number names in an operand of one byte: without REX, 4 to 7 are ah, ch, dh, bh. */
    private int byteRegister(int number) {
        return bit(insn.rex() == 0 && number >= 4 && number < 8 ? number - 4 : number);
    }

    private int register(boolean isByte) {
        int number = insn.registerField();
        return isByte ? byteRegister(number) : bit(number);
    }

    private int operand(boolean isByte) {
        if (isMemory()) {
            return 0;
        }
        int number = insn.operandField();
        return isByte ? byteRegister(number) : bit(number);
    }

    /** Notes a result in a register: of 32 or 64 bits, it replaces all that was there. */
    private void result(int registers, boolean isByte) {
        boolean isWhole = !isByte && (insn.isWide() || !insn.has(Prefix.OPERAND_SIZE));
        touches |= registers;
        if (isWhole) {
            writes |= registers;
        } else {
            reads |= registers;
        }
    }

    private void primary(int opcode) {
        if (opcode < 0x40) {
            arithmetic(opcode >> 3, opcode & 7);
            return;
        }
        boolean isByte = (opcode & 1) == 0;
        switch (opcode & 0xf0) {
            case 0x50 -> stack(opcode);
            case 0x60 -> sixties(opcode);
            case 0x70 -> flagReads = FLAGS;
            case 0x80 -> eighties(opcode, isByte);
            case 0x90 -> nineties(opcode);
            case 0xa0 -> accumulator(opcode, isByte);
            case 0xb0 -> result(opcode < 0xb8 ? byteRegister(low(opcode)) : bit(low(opcode)), opcode < 0xb8);
            case 0xc0, 0xd0 -> shifts(opcode, isByte);
            case 0xe0 -> branches(opcode);
            default -> groups(opcode, isByte);
        }
    }

    private int low(int opcode) {
        return opcode & 7 | (insn.rex() & 1) << 3;
    }

    private void arithmetic(int operation, int form) {
        boolean isByte = (form & 1) == 0;
        int to;
        int from;
        switch (form) {
            case 0, 1 -> {
                to = operand(isByte);
                from = register(isByte);
            }
            case 2, 3 -> {
                to = register(isByte);
                from = operand(isByte);
            }
            default -> {
                to = RAX;
                from = 0;
            }
        }
        combine(operation, to, from, isByte);
    }

    private void combine(int operation, int to, int from, boolean isByte) {
        boolean isIdiom = (operation == SUB || operation == XOR) && to == from && !isByte
                && (insn.isWide() || !insn.has(Prefix.OPERAND_SIZE)) && !isMemory();
        if (!isIdiom) {
            reads |= to | from;
        }
        if (operation != CMP) {
            result(to, isByte);
        }
        if (operation == ADC || operation == SBB) {
            flagReads = CARRY;
        }
        flagWrites = FLAGS;
    }

    private void stack(int opcode) {
        reads |= RSP;
        touches |= RSP;
        if (opcode < 0x58) {
            reads |= bit(low(opcode));
        } else {
            result(bit(low(opcode)), false);
        }
    }

    private void sixties(int opcode) {
        switch (opcode) {
            case 0x63 -> {
                reads |= operand(false);
                result(register(false), false);
            }
            case 0x68, 0x6a -> {
                reads |= RSP;
                touches |= RSP;
            }
            case 0x69, 0x6b -> {
                reads |= operand(false);
                result(register(false), false);
                flagWrites = FLAGS;
            }
            default -> known = false;
        }
    }

    private void eighties(int opcode, boolean isByte) {
        switch (opcode) {
            case 0x80, 0x81, 0x83 ->
                combine(insn.modrm() >> 3 & 7, operand(opcode == 0x80), 0, opcode == 0x80);
            case 0x84, 0x85 -> {
                reads |= operand(isByte) | register(isByte);
                flagWrites = FLAGS;
            }
            case 0x86, 0x87 -> {
                reads |= operand(isByte) | register(isByte);
                result(operand(isByte) | register(isByte), isByte);
            }
            case 0x88, 0x89 -> {
                reads |= register(isByte);
                result(operand(isByte), isByte);
            }
            case 0x8a, 0x8b -> {
                reads |= operand(isByte);
                result(register(isByte), isByte);
            }
            case 0x8d -> result(register(false), false);
            case 0x8f -> {
                reads |= RSP;
                touches |= RSP;
                result(operand(false), false);
            }
            default -> known = false;
        }
    }

    private void nineties(int opcode) {
        switch (opcode) {
            case 0x98 -> {
                reads |= RAX;
                result(RAX, false);
            }
            case 0x99 -> {
                reads |= RAX;
                result(RDX, false);
            }
            case 0x9b -> {
            }
            case 0x9c -> {
                reads |= RSP;
                touches |= RSP;
                flagReads = FLAGS;
            }
            case 0x9d -> {
                reads |= RSP;
                touches |= RSP;
                flagWrites = FLAGS;
            }
            case 0x9e -> {
                reads |= RAX;
                flagReads = OTHER_FLAGS;
            }
            case 0x9f -> {
                reads |= RAX;
                touches |= RAX;
                flagReads = FLAGS;
            }
            default -> exchangeWithAccumulator(opcode);
        }
    }

    private void exchangeWithAccumulator(int opcode) {
        int other = bit(low(opcode));
        if (opcode >= 0x98) {
            known = false;
        } else if (other != RAX) {
            reads |= RAX | other;
            result(RAX | other, false);
        }
    }

    private void accumulator(int opcode, boolean isByte) {
        switch (opcode) {
            case 0xa8, 0xa9 -> {
                reads |= RAX;
                flagWrites = FLAGS;
            }
            case 0xa0, 0xa1 -> result(RAX, isByte);
            case 0xa2, 0xa3 -> reads |= RAX;
            default -> known = false;
        }
    }

    private void shifts(int opcode, boolean isByte) {
        switch (opcode) {
            case 0xc0, 0xc1, 0xd0, 0xd1, 0xd2, 0xd3 -> {
                int operation = insn.modrm() >> 3 & 7;
                reads |= operand(isByte) | (opcode >= 0xd2 ? RCX : 0);
                result(operand(isByte), isByte);
                // Through the carry; and a count of zero, or a rotation, keeps some flags.
                flagReads = operation == 2 || operation == 3 ? CARRY : 0;
            }
            case 0xc6, 0xc7 -> {
                if (insn.modrm() == X64Decoder.XBEGIN) {
                    known = false;
                } else {
                    result(operand(isByte), isByte);
                }
            }
            case 0xc9 -> {
                reads |= RBP;
                writes |= RSP | RBP;
            }
            // Floating point: its compares write flags, its conditional moves read them.
            case 0xd8, 0xd9, 0xdc, 0xdd, 0xde -> {
            }
            default -> known = false;
        }
    }

    private void branches(int opcode) {
        switch (opcode) {
            case 0xe3 -> reads |= RCX;
            case 0xe9, 0xeb -> {
            }
            default -> known = false;
        }
    }

    private void groups(int opcode, boolean isByte) {
        int operation = insn.modrmOffset() == DecodedInsn.NONE ? 0 : insn.modrm() >> 3 & 7;
        switch (opcode) {
            case 0xf6, 0xf7 -> multiply(operation, isByte);
            case 0xfe, 0xff -> {
                reads |= operand(isByte);
                if (operation < 2) {
                    result(operand(isByte), isByte);
                    flagWrites = OTHER_FLAGS;
                } else if (operation == 6) {
                    reads |= RSP;
                    touches |= RSP;
                } else if (operation != 4) {
                    known = false;
                }
            }
            case 0xf8, 0xf9 -> flagWrites = CARRY;
            case 0xf5 -> flagReads = CARRY;
            default -> known = false;
        }
    }

    private void multiply(int operation, boolean isByte) {
        reads |= operand(isByte);
        switch (operation) {
            case 0, 1 -> flagWrites = FLAGS;
            case 2 -> result(operand(isByte), isByte);
            case 3 -> {
                result(operand(isByte), isByte);
                flagWrites = FLAGS;
            }
            default -> {
                boolean divides = operation >= 6;
                reads |= RAX | (divides && !isByte ? RDX : 0);
                result(isByte ? RAX : RAX | RDX, isByte);
                flagWrites = FLAGS;
            }
        }
    }

    private void secondary(int opcode) {
        switch (opcode & 0xf0) {
            case 0x00 -> {
                if (opcode == 0x05) {
                    reads |= SYSTEM_CALL_READS;
                    writes |= RAX | RCX | bit(11);
                } else if (opcode != 0x0b && opcode != 0x0d) {
                    known = false;
                }
            }
            case 0x10, 0x20, 0x50, 0x60, 0x70 -> media(opcode);
            case 0x40 -> {
                flagReads = FLAGS;
                reads |= operand(false) | register(false);
                result(register(false), false);
            }
            case 0x80 -> flagReads = FLAGS;
            case 0x90 -> {
                flagReads = FLAGS;
                result(operand(true), true);
            }
            case 0xa0, 0xb0, 0xc0 -> scalar(opcode, (opcode & 1) == 0);
            case 0xd0, 0xe0, 0xf0 -> media(opcode);
            default -> known = false;
        }
    }

    /** Vector instructions, of which a few have a general register. */
    private void media(int opcode) {
        boolean isNop = opcode >= 0x18 && opcode < 0x20;
        switch (opcode) {
            case 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27 -> known = false;
            case 0x2c, 0x2d, 0x50, 0xc5, 0xd7 -> result(bit(insn.registerField()), false);
            case 0x2a, 0x6e, 0xc4 -> reads |= operand(false);
            case 0x2e, 0x2f -> flagWrites = FLAGS;
            case 0x7e -> touches |= operand(false);
            case 0x78, 0x79, 0xf7, 0xff -> known = false;
            default -> {
                if (isNop && (opcode == 0x1a || opcode == 0x1b || opcode == 0x1e)) {
                    // MPX and shadow stacks; only ENDBR64 and ENDBR32 are harmless.
                    known = opcode == 0x1e && (insn.modrm() == 0xfa || insn.modrm() == 0xfb);
                }
            }
        }
    }

    private void scalar(int opcode, boolean isByte) {
        switch (opcode) {
            case 0xa3, 0xab, 0xb3, 0xbb, 0xba -> {
                reads |= operand(false) | (opcode == 0xba ? 0 : register(false));
                touches |= operand(false);
                flagWrites = CARRY;
            }
            case 0xa4, 0xac, 0xa5, 0xad -> {
                reads |= operand(false) | register(false) | ((opcode & 1) == 0 ? 0 : RCX);
                result(operand(false), false);
            }
            case 0xaf -> {
                reads |= operand(false) | register(false);
                result(register(false), false);
                flagWrites = FLAGS;
            }
            case 0xb0, 0xb1 -> {
                reads |= RAX | operand(isByte) | register(isByte);
                touches |= RAX | operand(isByte);
                flagWrites = FLAGS;
            }
            case 0xb6, 0xbe -> {
                reads |= operand(true);
                result(register(false), false);
            }
            case 0xb7, 0xbf -> {
                reads |= operand(false);
                result(register(false), false);
            }
            case 0xb8, 0xbc, 0xbd -> {
                reads |= operand(false) | register(false);
                touches |= register(false);
            }
            case 0xc0, 0xc1 -> {
                reads |= operand(isByte) | register(isByte);
                result(operand(isByte) | register(isByte), isByte);
                flagWrites = FLAGS;
            }
            case 0xc3 -> reads |= register(false);
            case 0xc2, 0xc6 -> {
            }
            case 0xc4, 0xc5 -> media(opcode);
            case 0xa2 -> {
                reads |= RAX | RCX;
                writes |= RAX | RCX | RDX | bit(Gpr.RBX.number());
            }
            case 0xae -> known = isMemory();
            default -> {
                known = opcode >= 0xc8;
                reads |= bit(low(opcode));
                touches |= bit(low(opcode));
            }
        }
        if (opcode == 0xae) {
            // Only prefetches and fences are surely without effect on registers; saves and restores read edx:eax.
            reads |= RAX | RDX;
        }
    }

    private void tertiary() {
        boolean isVector = insn.has(Prefix.OPERAND_SIZE) && !insn.has(Prefix.REPNE);
        int opcode = insn.opcode();
        if (!isVector) {
            known = false;
        } else if (insn.map() == 2) {
            known = opcode < 0xf0 && (opcode & 0xf0) != 0x80;
            flagWrites = opcode == 0x17 ? FLAGS : 0;
        } else {
            known = opcode < 0x14 || opcode >= 0x40 && opcode < 0x60;
        }
    }

    private void vector() {
        int opcode = insn.opcode();
        boolean isPlainMap2 = insn.map() == 2 && opcode < 0xf0 && (insn.encoding() == DecodedInsn.Encoding.VEX
                || opcode < 0x7a || opcode > 0x7c);
        boolean isPlainMap3 = insn.map() == 3 && (opcode < 0x14 || opcode == 0x18 || opcode == 0x19
                || opcode >= 0x38 && opcode < 0x60);
        if (insn.map() == 1) {
            vectorOfMap1(opcode);
        } else if (isPlainMap2) {
            flagWrites = opcode == 0x17 && insn.encoding() == DecodedInsn.Encoding.VEX ? FLAGS : 0;
        } else {
            known = isPlainMap3;
        }
    }

    private void vectorOfMap1(int opcode) {
        boolean isMask = opcode >= 0x90 && opcode < 0xa0;
        boolean isExtended = opcode == 0x78 || opcode == 0x79 || opcode == 0x7a || opcode == 0x7b;
        if (isMask || isExtended || (opcode & 0xf0) == 0x40) {
            known = !isExtended && !isMask && insn.encoding() == DecodedInsn.Encoding.VEX;
        } else if (opcode >= 0x10) {
            media(opcode);
        }
    }
}
