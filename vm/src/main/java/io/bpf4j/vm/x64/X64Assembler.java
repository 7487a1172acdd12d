package io.bpf4j.vm.x64;

import static io.bpf4j.vm.x64.OperandSize.BYTE;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;
import static io.bpf4j.vm.x64.OperandSize.WORD;

/**
 * Writes x86-64 machine code for 64-bit mode, one method call per instruction, in the order "operation, size,
 * destination, source" of Intel's syntax:
 *
 * <pre>
 * var code = new X64Assembler();
 * Label loop = code.label("loop");
 * code.loadImmediate(RCX, 10);                         // mov ecx, 10
 * code.bind(loop);
 * code.alu(ADD, QWORD, RAX, Memory.at(RDI, 8));        // add rax, [rdi + 8]
 * code.unary(DEC, DWORD, RCX);                         // dec ecx
 * code.jcc(NE, loop);                                  // jne loop
 * code.plain(RET);
 * MachineCode result = code.assemble();
 * </pre>
 *
 * <p>The shortest encoding of what was asked for is chosen, never another instruction. Jumps to labels are as short as
 * their distance allows. An operand that cannot be encoded is an IllegalArgumentException. Opcodes are those of SDM
 * volume 2. One assembler makes one piece of code and is used by one thread.
 */
public final class X64Assembler extends CodeWriter {

    private final Encoder encoder = new Encoder(out);

    // Moves

    /** Copies a register to a register or to memory. */
    public void mov(OperandSize size, Operand to, Gpr from) {
        encoder.instruction(size, forSize(0x88, size), from, to, 0);
    }

    /** Loads a register from memory; below 32 bits the register's other bits stay. */
    public void mov(OperandSize size, Gpr to, Memory from) {
        encoder.instruction(size, forSize(0x8a, size), to, from, 0);
    }

    /** Sets a register or memory to an immediate; see {@link #loadImmediate} for the shortest way to a register. */
    public void mov(OperandSize size, Operand to, long value) {
        long immediate = size.immediate(value);
        if (to instanceof Gpr register && size != QWORD) {
            encoder.inOpcode(size, size == BYTE ? 0xb0 : 0xb8, register);
        } else {
            encoder.instruction(size, forSize(0xc6, size), 0, to, size.immediateBytes());
        }
        out.put(immediate, size.immediateBytes());
    }

    /** Sets all 64 bits of a register to a value by the shortest MOV, which leaves the flags alone. */
    public void loadImmediate(Gpr to, long value) {
        if (value >>> Integer.SIZE == 0) {
            mov(DWORD, to, value);
        } else if (value == (int) value) {
            mov(QWORD, to, value);
        } else {
            encoder.inOpcode(QWORD, 0xb8, to);
            int64(value);
        }
    }

    /** Sets a register to the address of a place, wherever it is (MOV with eight bytes of immediate). */
    public void loadAddress(Gpr to, Place place, long addend) {
        encoder.inOpcode(QWORD, 0xb8, to);
        address(place, addend);
    }

    /** Sets all 64 bits of a register to a value of some size with zeros above: MOVZX or MOV. */
    public void movzx(Gpr to, OperandSize fromSize, Operand from) {
        if (fromSize == BYTE || fromSize == WORD) {
            encoder.instruction(DWORD, fromSize == BYTE ? 0x0fb6 : 0x0fb7, to.number(), from, 0,
                    fromSize == BYTE && Encoder.needsRex(from));
        } else if (from instanceof Gpr register) {
            mov(fromSize, to, register);
        } else {
            encoder.instruction(fromSize, 0x8b, to, from, 0);
        }
    }

    /** Sets a register to a value of a smaller size with copies of its sign above: MOVSX or MOVSXD. */
    public void movsx(OperandSize size, Gpr to, OperandSize fromSize, Operand from) {
        if (fromSize.compareTo(size) >= 0) {
            throw new IllegalArgumentException("no sign extension from " + fromSize + " to " + size);
        }
        int opcode = switch (fromSize) {
            case BYTE -> 0x0fbe;
            case WORD -> 0x0fbf;
            default -> 0x63;
        };
        encoder.instruction(size, opcode, to.number(), from, 0, fromSize == BYTE && Encoder.needsRex(from));
    }

    /** Sets a register to the address of an operand; segments do not count. */
    public void lea(OperandSize size, Gpr to, Memory of) {
        requireNot(BYTE, size, "lea");
        encoder.instruction(size, 0x8d, to, of, 0);
    }

    /** Loads a register from memory with the bytes in reverse order. */
    public void movbe(OperandSize size, Gpr to, Memory from) {
        requireNot(BYTE, size, "movbe");
        encoder.instruction(size, 0x0f38f0, to, from, 0);
    }

    /** Stores a register to memory with the bytes in reverse order. */
    public void movbe(OperandSize size, Memory to, Gpr from) {
        requireNot(BYTE, size, "movbe");
        encoder.instruction(size, 0x0f38f1, from, to, 0);
    }

    /** Copies if a condition holds; of 32 bits, the upper half is cleared in any case. */
    public void cmov(ConditionCode condition, OperandSize size, Gpr to, Operand from) {
        requireNot(BYTE, size, "cmov");
        encoder.instruction(size, 0x0f40 + condition.number(), to, from, 0);
    }

    /** Sets a byte to 1 if a condition holds, else to 0. */
    public void set(ConditionCode condition, Operand to) {
        encoder.instruction(BYTE, 0x0f90 + condition.number(), 0, to, 0);
    }

    /** Exchanges a register with a register or with memory; the latter is atomic. */
    public void xchg(OperandSize size, Operand first, Gpr second) {
        if (size != BYTE && first instanceof Gpr register && (first == Gpr.RAX || second == Gpr.RAX)
                && !(size == DWORD && first == second)) {
            // Of eax with itself this would be the nop, which does not clear the upper half.
            encoder.inOpcode(size, 0x90, register == Gpr.RAX ? second : register);
        } else {
            encoder.instruction(size, forSize(0x86, size), second, first, 0);
        }
    }

    /** Pushes a register or eight bytes of memory. */
    public void push(Operand from) {
        if (from instanceof Gpr register) {
            encoder.inOpcode(DWORD, 0x50, register);
        } else {
            encoder.instruction(DWORD, 0xff, 6, from, 0);
        }
    }

    /** Pushes eight bytes, an immediate of 32 bits with its sign above. */
    public void push(long value) {
        long immediate = QWORD.immediate(value);
        boolean isByte = immediate == (byte) immediate;
        out.put8(isByte ? 0x6a : 0x68);
        out.put(immediate, isByte ? 1 : Integer.BYTES);
    }

    /** Pops a register or eight bytes of memory. */
    public void pop(Operand to) {
        if (to instanceof Gpr register) {
            encoder.inOpcode(DWORD, 0x58, register);
        } else {
            encoder.instruction(DWORD, 0x8f, 0, to, 0);
        }
    }

    // Arithmetic

    /** Works on a register or memory with a register. */
    public void alu(Alu operation, OperandSize size, Operand to, Gpr from) {
        encoder.instruction(size, forSize(8 * operation.number(), size), from, to, 0);
    }

    /** Works on a register with memory. */
    public void alu(Alu operation, OperandSize size, Gpr to, Memory from) {
        encoder.instruction(size, forSize(8 * operation.number() + 2, size), to, from, 0);
    }

    /** Works on a register or memory with an immediate. */
    public void alu(Alu operation, OperandSize size, Operand to, long value) {
        long immediate = size.immediate(value);
        if (size != BYTE && immediate == (byte) immediate) {
            encoder.instruction(size, 0x83, operation.number(), to, 1);
            out.put8((int) immediate);
        } else {
            withImmediate(size, 8 * operation.number() + 4, 0x80, operation.number(), to, immediate);
        }
    }

    /** Ands a register or memory with a register, for the flags only. */
    public void test(OperandSize size, Operand first, Gpr second) {
        encoder.instruction(size, forSize(0x84, size), second, first, 0);
    }

    /** Ands a register or memory with an immediate, for the flags only. */
    public void test(OperandSize size, Operand first, long value) {
        withImmediate(size, 0xa8, 0xf6, 0, first, size.immediate(value));
    }

    /** Works on one operand; multiplications and divisions also on rax and rdx. */
    public void unary(Unary operation, OperandSize size, Operand operand) {
        encoder.instruction(size, forSize(operation.opcode(), size), operation.number(), operand, 0);
    }

    /** Multiplies a register; the product has the operands' size. */
    public void imul(OperandSize size, Gpr to, Operand from) {
        requireNot(BYTE, size, "imul of two operands");
        encoder.instruction(size, 0x0faf, to, from, 0);
    }

    /** Sets a register to a product with an immediate; the product has the operands' size. */
    public void imul(OperandSize size, Gpr to, Operand from, long value) {
        requireNot(BYTE, size, "imul of three operands");
        long immediate = size.immediate(value);
        int bytes = immediate == (byte) immediate ? 1 : size.immediateBytes();
        encoder.instruction(size, bytes == 1 ? 0x6b : 0x69, to, from, bytes);
        out.put(immediate, bytes);
    }

    /** Shifts or rotates by a constant from 0 to the operand's size minus 1, in bits. */
    public void shift(Shift operation, OperandSize size, Operand operand, int count) {
        if (count < 0 || count >= size.bits()) {
            throw new IllegalArgumentException("no shift of " + size.bits() + " bits by " + count);
        }
        boolean isOne = count == 1;
        encoder.instruction(size, forSize(isOne ? 0xd0 : 0xc0, size), operation.number(), operand,
                isOne ? 0 : 1);
        if (!isOne) {
            out.put8(count);
        }
    }

    /** Shifts or rotates by cl. */
    public void shiftByCl(Shift operation, OperandSize size, Operand operand) {
        encoder.instruction(size, forSize(0xd2, size), operation.number(), operand, 0);
    }

    /** Sets a register to a value shifted by a register's low 5 or 6 bits; no flags. Needs BMI2; 32 or 64 bits. */
    public void shift(FlaglessShift operation, OperandSize size, Gpr to, Operand from, Gpr count) {
        requireWide(size, "shlx, shrx and sarx");
        encoder.vex(size, operation.form(), to.number(), count.number(), from, 0);
    }

    /** Sets a register to a value rotated right by a constant; no flags. Needs BMI2; 32 or 64 bits. */
    public void rorx(OperandSize size, Gpr to, Operand from, int count) {
        requireWide(size, "rorx");
        if (count < 0 || count >= size.bits()) {
            throw new IllegalArgumentException("no rotation of " + size.bits() + " bits by " + count);
        }
        encoder.vex(size, 0xf2_3a_f0, to.number(), 0, from, 1);
        out.put8(count);
    }

    /** Sets a register to {@code ~inverted & from}. Needs BMI1; 32 or 64 bits. */
    public void andn(OperandSize size, Gpr to, Gpr inverted, Operand from) {
        requireWide(size, "andn");
        encoder.vex(size, 0x38_f2, to.number(), inverted.number(), from, 0);
    }

    /** Reverses the bytes of a register of 32 or 64 bits; for 16 bits rotate by 8. */
    public void bswap(OperandSize size, Gpr register) {
        requireWide(size, "bswap");
        encoder.inOpcode(size, 0x0fc8, register);
    }

    /** Counts bits. */
    public void count(BitCount what, OperandSize size, Gpr to, Operand from) {
        requireNot(BYTE, size, "popcnt, lzcnt and tzcnt");
        encoder.instruction(size, what.opcode(), to, from, 0);
    }

    /** Copies a bit of a register or of memory to the carry flag, and changes it. */
    public void bit(BitTest operation, OperandSize size, Operand operand, int index) {
        requireNot(BYTE, size, "bt");
        if (index < 0 || index >= size.bits()) {
            throw new IllegalArgumentException("no bit " + index + " in " + size.bits() + " bits");
        }
        encoder.instruction(size, 0x0fba, operation.number(), operand, 1);
        out.put8(index);
    }

    /** Copies the bit that a register names to the carry flag, and changes it; in memory it may lie far away. */
    public void bit(BitTest operation, OperandSize size, Operand operand, Gpr index) {
        requireNot(BYTE, size, "bt");
        encoder.instruction(size, 0x0f83 + 8 * operation.number(), index, operand, 0);
    }

    /** Adds a value of a size to the CRC-32C in a register. Needs SSE4.2. */
    public void crc32(Gpr checksum, OperandSize size, Operand from) {
        encoder.instruction(size, size == BYTE ? 0xf20f38f0 : 0xf20f38f1, checksum.number(), from, 0);
    }

    // Atomic operations

    /** Works on memory with a register, atomically. */
    public void lock(Alu operation, OperandSize size, Memory to, Gpr from) {
        lockable(operation != Alu.CMP, operation);
        alu(operation, size, to, from);
    }

    /** Works on memory with an immediate, atomically. */
    public void lock(Alu operation, OperandSize size, Memory to, long value) {
        size.immediate(value);
        lockable(operation != Alu.CMP, operation);
        alu(operation, size, to, value);
    }

    /** Works on memory, atomically: INC, DEC, NOT or NEG. */
    public void lock(Unary operation, OperandSize size, Memory operand) {
        lockable(operation.isLockable(), operation);
        unary(operation, size, operand);
    }

    /** Adds a register to memory and sets the register to what was there before, atomically. */
    public void lockXadd(OperandSize size, Memory to, Gpr register) {
        lockable(true, "xadd");
        encoder.instruction(size, forSize(0x0fc0, size), register, to, 0);
    }

    /** Sets memory to a register if it equals rax, else sets rax to what is there, atomically; ZF says which. */
    public void lockCmpxchg(OperandSize size, Memory to, Gpr register) {
        lockable(true, "cmpxchg");
        encoder.instruction(size, forSize(0x0fb0, size), register, to, 0);
    }

    // Control

    /** Jumps to a place. */
    public void jmp(Place place) {
        switch (place) {
            case Label label -> out.jump(null, label);
            case Symbol symbol -> near(0xe9, symbol);
        }
    }

    /** Jumps to the address in a register or in memory. */
    public void jmp(Operand target) {
        encoder.instruction(DWORD, 0xff, 4, target, 0);
    }

    /** Jumps to a place if a condition holds. */
    public void jcc(ConditionCode condition, Place place) {
        switch (place) {
            case Label label -> out.jump(condition, label);
            case Symbol symbol -> {
                out.put8(0x0f);
                near(0x80 + condition.number(), symbol);
            }
        }
    }

    /** Calls a place. */
    public void call(Place place) {
        near(0xe8, place);
    }

    /** Calls the address in a register or in memory. */
    public void call(Operand target) {
        encoder.instruction(DWORD, 0xff, 2, target, 0);
    }

    // Others

    /** Writes an instruction that has no operands to write down. */
    public void plain(Plain instruction) {
        out.put(instruction.code());
    }

    /** Sets a register to this processor's number as IA32_TSC_AUX has it. */
    public void rdpid(Gpr to) {
        encoder.instruction(DWORD, 0xf30fc7, 7, to, 0);
    }

    /** Sets a register to the base of a segment. Needs FSGSBASE. */
    public void readBase(Segment segment, Gpr to) {
        encoder.instruction(QWORD, 0xf30fae, segment.ordinal(), to, 0);
    }

    private void near(int opcode, Place place) {
        out.put8(opcode);
        out.field(new Field.Distance(Integer.BYTES), place, 0);
    }

    /** Writes an instruction with an immediate of full size; rax has an opcode of its own, without ModRM. */
    private void withImmediate(OperandSize size, int forRax, int opcode, int extension, Operand to,
            long immediate) {
        int bytes = size.immediateBytes();
        if (to == Gpr.RAX) {
            encoder.inOpcode(size, forSize(forRax, size), Gpr.RAX);
        } else {
            encoder.instruction(size, forSize(opcode, size), extension, to, bytes);
        }
        out.put(immediate, bytes);
    }

    private static int forSize(int byteOpcode, OperandSize size) {
        return size == BYTE ? byteOpcode : byteOpcode + 1;
    }

    private void lockable(boolean allowed, Object operation) {
        if (!allowed) {
            throw new IllegalArgumentException("no lock prefix with " + operation);
        }
        encoder.lock();
    }

    private static void requireNot(OperandSize forbidden, OperandSize size, String instruction) {
        if (size == forbidden) {
            throw new IllegalArgumentException(instruction + " has no form for " + size);
        }
    }

    private static void requireWide(OperandSize size, String instruction) {
        requireNot(BYTE, size, instruction);
        requireNot(WORD, size, instruction);
    }
}
