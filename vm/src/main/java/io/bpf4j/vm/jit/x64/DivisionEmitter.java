package io.bpf4j.vm.jit.x64;

import static io.bpf4j.vm.isa.AluOperation.MODULO;
import static io.bpf4j.vm.isa.AluOperation.SIGNED_DIVIDE;
import static io.bpf4j.vm.isa.AluOperation.SIGNED_MODULO;
import static io.bpf4j.vm.jit.x64.Registers.SCRATCH;
import static io.bpf4j.vm.jit.x64.Registers.SCRATCH_2;
import static io.bpf4j.vm.jit.x64.Registers.SCRATCH_3;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RDX;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.Unary;
import io.bpf4j.vm.x64.X64Assembler;

/**
 * Emits divisions. The processor's own is slow, works on rax and rdx only, and faults where the program's is defined;
 * unsigned divisions by constants become multiplications.
 */
final class DivisionEmitter {

    private final X64Assembler code;
    private final AluEmitter alu;

    DivisionEmitter(X64Assembler code, AluEmitter alu) {
        this.code = code;
        this.alu = alu;
    }

    private static boolean isSigned(AluOperation operation) {
        return operation == SIGNED_DIVIDE || operation == SIGNED_MODULO;
    }

    private static boolean isModulo(AluOperation operation) {
        return operation == MODULO || operation == SIGNED_MODULO;
    }

    void byConstant(AluOperation operation, OperandSize size, Gpr dst, int value) {
        long divisor = size == QWORD || isSigned(operation) ? value : value & 0xffff_ffffL;
        if (divisor == 0) {
            byZero(operation, size, dst);
        } else if (isSigned(operation) && divisor == -1) {
            byMinusOne(operation, size, dst);
        } else if (isSigned(operation)) {
            code.loadImmediate(SCRATCH_3, divisor);
            divide(operation, size, dst, SCRATCH_3);
        } else if (Long.bitCount(divisor) == 1) {
            byPowerOfTwo(operation, size, dst, divisor);
        } else {
            byMultiplication(operation, size, dst, divisor);
        }
    }

    private void byZero(AluOperation operation, OperandSize size, Gpr dst) {
        if (!isModulo(operation)) {
            alu.loadNumber(dst, 0);
        } else if (size == DWORD) {
            code.mov(DWORD, dst, dst);
        }
    }

    private void byMinusOne(AluOperation operation, OperandSize size, Gpr dst) {
        if (isModulo(operation)) {
            alu.loadNumber(dst, 0);
        } else {
            code.unary(Unary.NEG, size, dst);
        }
    }

    private void byPowerOfTwo(AluOperation operation, OperandSize size, Gpr dst, long divisor) {
        int shift = Long.numberOfTrailingZeros(divisor);
        if (!isModulo(operation)) {
            if (shift != 0) {
                code.shift(Shift.SHR, size, dst, shift);
            } else {
                alu.move(size, dst, dst);
            }
        } else if (divisor - 1 <= Integer.MAX_VALUE && divisor > 0) {
            code.alu(Alu.AND, DWORD, dst, divisor - 1);
        } else {
            code.loadImmediate(SCRATCH, divisor - 1);
            code.alu(Alu.AND, QWORD, dst, SCRATCH);
        }
    }

    private void byMultiplication(AluOperation operation, OperandSize size, Gpr dst, long divisor) {
        code.mov(size, SCRATCH_3, dst); // the dividend, without what lies above 32 bits
        Gpr quotient = size == DWORD ? quotient32(divisor) : quotient64(divisor);
        if (!isModulo(operation)) {
            code.mov(QWORD, dst, quotient);
        } else {
            timesDivisor(quotient, divisor);
            code.alu(Alu.SUB, QWORD, SCRATCH_3, quotient);
            code.mov(QWORD, dst, SCRATCH_3);
        }
    }

    private void timesDivisor(Gpr quotient, long divisor) {
        if (divisor == (int) divisor) {
            code.imul(QWORD, quotient, quotient, divisor);
        } else {
            code.loadImmediate(SCRATCH_2, divisor);
            code.imul(QWORD, quotient, SCRATCH_2);
        }
    }

    /** Divides a number of 32 bits in SCRATCH_3 and returns where the quotient is. */
    private Gpr quotient32(long divisor) {
        Reciprocal reciprocal = Reciprocal.of(divisor, 32);
        if (reciprocal.needsCarry()) {
            return multiplyHigh(Reciprocal.ofNarrow(divisor), SCRATCH_3);
        }
        code.loadImmediate(SCRATCH, reciprocal.multiplier());
        code.imul(QWORD, SCRATCH, SCRATCH_3);
        code.shift(Shift.SHR, QWORD, SCRATCH, 32 + reciprocal.shift());
        return SCRATCH;
    }

    /** Divides a number of 64 bits in SCRATCH_3 and returns where the quotient is. */
    private Gpr quotient64(long divisor) {
        Reciprocal reciprocal = Reciprocal.of(divisor, 64);
        Gpr high = multiplyHigh(reciprocal.multiplier(), SCRATCH_3);
        if (reciprocal.needsCarry()) {
            // The multiplier has 65 bits: add the dividend once more, without losing the carry.
            code.mov(QWORD, SCRATCH_2, SCRATCH_3);
            code.alu(Alu.SUB, QWORD, SCRATCH_2, high);
            code.shift(Shift.SHR, QWORD, SCRATCH_2, 1);
            code.alu(Alu.ADD, QWORD, high, SCRATCH_2);
            shiftRight(high, reciprocal.shift() - 1);
        } else {
            shiftRight(high, reciprocal.shift());
        }
        return high;
    }

    private void shiftRight(Gpr register, int count) {
        if (count != 0) {
            code.shift(Shift.SHR, QWORD, register, count);
        }
    }

    /** Sets SCRATCH to the upper 64 bits of a product, and returns it. */
    private Gpr multiplyHigh(long multiplier, Gpr factor) {
        code.mov(QWORD, SCRATCH, RAX);
        code.mov(QWORD, SCRATCH_2, RDX);
        code.loadImmediate(RAX, multiplier);
        code.unary(Unary.MUL, QWORD, factor);
        code.mov(QWORD, RAX, SCRATCH);
        code.mov(QWORD, SCRATCH, RDX);
        code.mov(QWORD, RDX, SCRATCH_2);
        return SCRATCH;
    }
    /**
    * Divides by a register.
    *
    * @param neverZero whether it is proved not to be zero, so that nobody needs to look
    */
    void byRegister(AluOperation operation, OperandSize size, Gpr dst, Gpr src, boolean neverZero) {
        Gpr divisor = src;
        if (src == RAX || src == RDX) {
            code.mov(QWORD, SCRATCH_3, src);
            divisor = SCRATCH_3;
        }
        Label zero = code.label();
        Label minusOne = code.label();
        Label done = code.label();
        if (!neverZero) {
            code.test(size, divisor, divisor);
            code.jcc(ConditionCode.E, zero);
        }
        if (isSigned(operation)) {
            code.alu(Alu.CMP, size, divisor, -1);
            code.jcc(ConditionCode.E, minusOne);
        }
        divide(operation, size, dst, divisor);
        if (isSigned(operation)) {
            code.jmp(done);
            code.bind(minusOne);
            byMinusOne(operation, size, dst);
        }
        if (!neverZero) {
            code.jmp(done);
            code.bind(zero);
            byZero(operation, size, dst);
        }
        code.bind(done);
    }

    /** Divides by a register that is neither rax nor rdx, and that does not make the processor fault. */
    private void divide(AluOperation operation, OperandSize size, Gpr dst, Gpr divisor) {
        if (dst != RAX) {
            code.mov(QWORD, SCRATCH_2, RAX);
            code.mov(QWORD, RAX, dst);
        }
        if (dst != RDX) {
            code.mov(QWORD, SCRATCH, RDX);
        }
        if (isSigned(operation)) {
            code.plain(size == QWORD ? Plain.CQO : Plain.CDQ);
        } else {
            alu.loadNumber(RDX, 0);
        }
        code.unary(isSigned(operation) ? Unary.IDIV : Unary.DIV, size, divisor);
        Gpr result = isModulo(operation) ? RDX : RAX;
        if (dst != result) {
            code.mov(QWORD, dst, result);
        }
        if (dst != RAX) {
            code.mov(QWORD, RAX, SCRATCH_2);
        }
        if (dst != RDX) {
            code.mov(QWORD, RDX, SCRATCH);
        }
    }
}
