package io.bpf4j.vm.jit.x64;

import static io.bpf4j.vm.jit.x64.Registers.SCRATCH;
import static io.bpf4j.vm.jit.x64.Registers.SCRATCH_2;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;
import static io.bpf4j.vm.x64.OperandSize.WORD;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.x64.FlaglessShift;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.Unary;
import io.bpf4j.vm.x64.X64Assembler;

/** Emits arithmetic; 32-bit operations clear the upper half by themselves, as the program's do. */
final class AluEmitter {

    private final X64Assembler code;
    private final boolean bmi2;
    private final Emission emission;
    private final DivisionEmitter division;

    AluEmitter(Emission emission) {
        this.emission = emission;
        this.code = emission.code;
        this.bmi2 = emission.features.contains(CpuFeature.BMI2);
        this.division = new DivisionEmitter(emission.code, this);
    }
    /** Emits the operation at a slot. */
    void emit(Alu insn, int slot) {
        Gpr dst = Registers.of(insn.dst());
        switch (insn.src()) {
            case Register src -> withRegister(insn, dst, Registers.of(src), slot);
            case Operand.Immediate(int value) -> withImmediate(insn.operation(), insn.wide(), dst, value);
        }
    }
    private void withRegister(Alu insn, Gpr dst, Gpr src, int slot) {
        AluOperation operation = insn.operation();
        OperandSize size = Emission.size(insn.wide());
        switch (operation) {
            case ADD, SUBTRACT, OR, AND, XOR -> code.alu(simple(operation), size, dst, src);
            case MULTIPLY -> code.imul(size, dst, src);
            case DIVIDE, MODULO, SIGNED_DIVIDE, SIGNED_MODULO ->
                division.byRegister(operation, size, dst, src, emission.dividesSafely(slot));
            case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED -> shift(operation, size, dst, src);
            default -> move(size, dst, src);
        }
    }

    private void withImmediate(AluOperation operation, boolean wide, Gpr dst, int value) {
        OperandSize size = Emission.size(wide);
        switch (operation) {
            case ADD, SUBTRACT, OR -> {
                if (value != 0) {
                    code.alu(simple(operation), size, dst, value);
                } else {
                    clearUpperHalf(size, dst);
                }
            }
            case AND -> and(wide, dst, value);
            case XOR -> {
                if (value == -1) {
                    code.unary(Unary.NOT, size, dst);
                } else {
                    code.alu(simple(operation), size, dst, value);
                }
            }
            case MULTIPLY -> multiply(size, dst, value);
            case DIVIDE, MODULO, SIGNED_DIVIDE, SIGNED_MODULO ->
                division.byConstant(operation, size, dst, value);
            case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED -> {
                int count = value & size.bits() - 1;
                if (count != 0) {
                    code.shift(shiftOf(operation), size, dst, count);
                } else {
                    clearUpperHalf(size, dst);
                }
            }
            default -> loadNumber(dst, wide ? value : value & 0xffff_ffffL);
        }
    }

    /** Returns the operation that all operands may be used with. */
    static io.bpf4j.vm.x64.Alu simple(AluOperation operation) {
        return switch (operation) {
            case ADD -> io.bpf4j.vm.x64.Alu.ADD;
            case SUBTRACT -> io.bpf4j.vm.x64.Alu.SUB;
            case OR -> io.bpf4j.vm.x64.Alu.OR;
            case AND -> io.bpf4j.vm.x64.Alu.AND;
            case XOR -> io.bpf4j.vm.x64.Alu.XOR;
            default -> throw new IllegalArgumentException(operation + " is not one instruction");
        };
    }

    /** Sets a register to a number; the flags are lost. */
    void loadNumber(Gpr dst, long value) {
        if (value == 0) {
            code.alu(io.bpf4j.vm.x64.Alu.XOR, DWORD, dst, dst);
        } else {
            code.loadImmediate(dst, value);
        }
    }

    /** Copies a register; of 32 bits, the upper half becomes zero. */
    void move(OperandSize size, Gpr dst, Gpr src) {
        if (dst != src || size == DWORD) {
            code.mov(size, dst, src);
        }
    }

    private void clearUpperHalf(OperandSize size, Gpr dst) {
        if (size == DWORD) {
            code.mov(DWORD, dst, dst);
        }
    }

    private void and(boolean wide, Gpr dst, int value) {
        if (value == 0xff) {
            code.movzx(dst, OperandSize.BYTE, dst);
        } else if (value == 0xffff) {
            code.movzx(dst, WORD, dst);
        } else {
            // A mask that is not negative clears the upper half, and 32 bits do that too.
            code.alu(io.bpf4j.vm.x64.Alu.AND, wide && value < 0 ? QWORD : DWORD, dst, value);
        }
    }

    private void multiply(OperandSize size, Gpr dst, int value) {
        if (value == 0) {
            loadNumber(dst, 0);
        } else if (value == 1) {
            clearUpperHalf(size, dst);
        } else if (value > 0 && Integer.bitCount(value) == 1) {
            code.shift(Shift.SHL, size, dst, Integer.numberOfTrailingZeros(value));
        } else if (value == 3 || value == 5 || value == 9) {
            code.lea(size, dst, Memory.indexed(dst, dst, value - 1, 0));
        } else {
            code.imul(size, dst, dst, value);
        }
    }

    private static Shift shiftOf(AluOperation operation) {
        return switch (operation) {
            case SHIFT_LEFT -> Shift.SHL;
            case SHIFT_RIGHT -> Shift.SHR;
            default -> Shift.SAR;
        };
    }

    private void shift(AluOperation operation, OperandSize size, Gpr dst, Gpr src) {
        if (bmi2) {
            FlaglessShift shift = switch (operation) {
                case SHIFT_LEFT -> FlaglessShift.SHLX;
                case SHIFT_RIGHT -> FlaglessShift.SHRX;
                default -> FlaglessShift.SARX;
            };
            code.shift(shift, size, dst, dst, src);
        } else if (src == Gpr.RCX && dst != Gpr.RCX) {
            code.shiftByCl(shiftOf(operation), size, dst);
        } else {
            shiftAroundRcx(shiftOf(operation), size, dst, src);
        }
    }

    private void shiftAroundRcx(Shift shift, OperandSize size, Gpr dst, Gpr src) {
        code.mov(QWORD, SCRATCH, dst);
        code.mov(QWORD, SCRATCH_2, Gpr.RCX);
        code.mov(QWORD, Gpr.RCX, src);
        code.shiftByCl(shift, size, SCRATCH);
        code.mov(QWORD, Gpr.RCX, SCRATCH_2);
        code.mov(QWORD, dst, SCRATCH);
    }

    void signExtend(MoveSignExtended move) {
        code.movsx(Emission.size(move.wide()), Registers.of(move.dst()), OperandSize.ofBytes(move.bits() / 8),
                Registers.of(move.src()));
    }

    void swap(ByteSwap swap) {
        Gpr dst = Registers.of(swap.dst());
        if (swap.order() == ByteSwap.Order.LITTLE_ENDIAN) {
            if (swap.bits() != 64) {
                code.movzx(dst, OperandSize.ofBytes(swap.bits() / 8), dst);
            }
        } else if (swap.bits() == 16) {
            code.shift(Shift.ROR, WORD, dst, 8);
            code.movzx(dst, WORD, dst);
        } else {
            code.bswap(OperandSize.ofBytes(swap.bits() / 8), dst);
        }
    }
}
