package io.bpf4j.vm.patch;

import io.bpf4j.vm.x64.DecodedInsn;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Prefix;
import io.bpf4j.vm.x64.Transfer;

/** Says how an instruction can run elsewhere, or why it cannot. */
final class Mover {
    private static final int XBEGIN = 0xc7;
    private static final int NEAR_RETURN = 0xc3;
    private static final int NEAR_RETURN_POPPING = 0xc2;

    private Mover() {}

    /**
     * Returns why an instruction cannot be moved, or null if it can.
     *
     * @param insn a valid one
     */
    static String objection(DecodedInsn insn) {
        if (insn.isVendorDependent()) {
            return "a branch with prefix 66, on which processors differ";
        }
        if (insn.isRipRelative() && insn.has(Prefix.ADDRESS_SIZE)) {
            return "an operand relative to eip";
        }
        return switch (insn.transfer()) {
            case NONE, JUMP -> null;
            case CONDITIONAL_JUMP ->
                insn.map() == 0 && insn.opcode() == XBEGIN ? "the start of a transaction" : null;
            case CALL -> null;
            case INDIRECT_JUMP -> isFar(insn) ? "a far jump" : null;
            case INDIRECT_CALL -> {
                if (isFar(insn) || insn.has(Prefix.OPERAND_SIZE)) {
                    yield "a far call";
                }
                yield usesStackPointer(insn) ? "a call through an address on the stack" : null;
            }
            case RETURN -> isNearReturn(insn) ? null : "a far return";
            case SYSTEM_CALL ->
                "a system call, in which threads wait and which the kernel starts again by its address";
            case INTERRUPT -> "a software interrupt";
            case BREAKPOINT -> "a breakpoint";
            case UNDEFINED -> "an undefined instruction, whose address its handler looks at";
            case HALT -> "a halt";
        };
    }

    private static boolean isFar(DecodedInsn insn) {
        return (insn.modrm() & 8) != 0;
    }

    private static boolean usesStackPointer(DecodedInsn insn) {
        return insn.hasMemory() ? insn.base() == Gpr.RSP : insn.operandField() == Gpr.RSP.number();
    }

    /** Returns whether an instruction returns within the program, with all of the address. */
    static boolean isNearReturn(DecodedInsn insn) {
        return insn.transfer() == Transfer.RETURN && insn.map() == 0 && !insn.has(Prefix.OPERAND_SIZE)
                && (insn.opcode() == NEAR_RETURN || insn.opcode() == NEAR_RETURN_POPPING);
    }

    /**
     * Returns the form for other places.
     *
     * @param insn one to which there is no {@link #objection}
     * @param bytes where it was decoded
     * @param offset where it begins there
     * @param address where it is in the program
     */
    static Moved move(DecodedInsn insn, byte[] bytes, int offset, long address) {
        byte[] code = Moved.copy(bytes, offset, insn.length());
        return switch (insn.transfer()) {
            case JUMP, CONDITIONAL_JUMP -> branch(insn, code, address);
            case CALL -> new Moved.Call(address, code.length, new byte[]{(byte) 0xe9, 0, 0, 0, 0}, 1,
                    insn.branchTarget(address));
            case INDIRECT_CALL -> indirectCall(insn, code, address);
            case NONE, INDIRECT_JUMP, RETURN, SYSTEM_CALL, INTERRUPT, BREAKPOINT, UNDEFINED, HALT ->
                insn.isRipRelative()
                        ? new Moved.Based(address, code, insn.displacementOffset(), insn.ripTarget(address))
                        : new Moved.Same(address, code);
        };
    }

    /** Keeps no prefix: they are hints, and BND, which no processor of today knows. */
    private static Moved branch(DecodedInsn insn, byte[] code, long address) {
        long target = insn.branchTarget(address);
        if (insn.transfer() == Transfer.JUMP) {
            return new Moved.Branch(address, code.length, new byte[]{(byte) 0xe9}, target);
        }
        boolean isCounted = insn.map() == 0 && insn.opcode() >= 0xe0;
        if (isCounted) {
            return new Moved.Counted(address, code, target);
        }
        byte[] opcode = {0x0f, (byte) (0x80 | insn.opcode() & 15)};
        return new Moved.Branch(address, code.length, opcode, target);
    }

    private static Moved indirectCall(DecodedInsn insn, byte[] code, long address) {
        byte[] jump = code.clone();
        // FF /2 is CALL, FF /4 is JMP (SDM volume 2, table A-6, group 5).
        jump[insn.modrmOffset()] = (byte) (insn.modrm() & 0xc7 | 4 << 3);
        return insn.isRipRelative()
                ? new Moved.Call(address, code.length, jump, insn.displacementOffset(),
                        insn.ripTarget(address))
                : new Moved.Call(address, code.length, jump, DecodedInsn.NONE, 0);
    }
}
