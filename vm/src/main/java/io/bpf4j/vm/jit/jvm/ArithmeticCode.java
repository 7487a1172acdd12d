package io.bpf4j.vm.jit.jvm;

import static org.objectweb.asm.Opcodes.I2B;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.I2S;
import static org.objectweb.asm.Opcodes.IADD;
import static org.objectweb.asm.Opcodes.IAND;
import static org.objectweb.asm.Opcodes.IMUL;
import static org.objectweb.asm.Opcodes.INEG;
import static org.objectweb.asm.Opcodes.IOR;
import static org.objectweb.asm.Opcodes.ISHL;
import static org.objectweb.asm.Opcodes.ISHR;
import static org.objectweb.asm.Opcodes.ISUB;
import static org.objectweb.asm.Opcodes.IUSHR;
import static org.objectweb.asm.Opcodes.IXOR;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LDIV;
import static org.objectweb.asm.Opcodes.LMUL;
import static org.objectweb.asm.Opcodes.LNEG;
import static org.objectweb.asm.Opcodes.LOR;
import static org.objectweb.asm.Opcodes.LREM;
import static org.objectweb.asm.Opcodes.LSHL;
import static org.objectweb.asm.Opcodes.LSHR;
import static org.objectweb.asm.Opcodes.LSUB;
import static org.objectweb.asm.Opcodes.LUSHR;
import static org.objectweb.asm.Opcodes.LXOR;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Insn.Negate;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Operand.Immediate;
import io.bpf4j.vm.isa.Register;

/** Emits what instructions compute; {@link Arithmetic} says what that is. */
final class ArithmeticCode {

    /** The Java instructions of an operation; 0 where there is none that does the same. */
    private record Java(int narrow, int wide) {
        static Java of(AluOperation operation) {
            return switch (operation) {
                case ADD -> new Java(IADD, LADD);
                case SUBTRACT -> new Java(ISUB, LSUB);
                case MULTIPLY -> new Java(IMUL, LMUL);
                case OR -> new Java(IOR, LOR);
                case AND -> new Java(IAND, LAND);
                case XOR -> new Java(IXOR, LXOR);
                case SHIFT_LEFT -> new Java(ISHL, LSHL);
                case SHIFT_RIGHT -> new Java(IUSHR, LUSHR);
                case SHIFT_RIGHT_SIGNED -> new Java(ISHR, LSHR);
                case DIVIDE, MODULO, SIGNED_DIVIDE, SIGNED_MODULO, MOVE -> new Java(0, 0);
            };
        }
    }

    private final Code code;
    private final RegisterFacts facts;

    ArithmeticCode(Code code, RegisterFacts facts) {
        this.code = code;
        this.facts = facts;
    }

    void emit(int slot, Alu alu) {
        switch (alu.operation()) {
            case MOVE -> move(slot, alu);
            case DIVIDE, MODULO -> divide(slot, alu);
            case SIGNED_DIVIDE, SIGNED_MODULO -> callDivision(alu);
            default -> {
                if (alu.wide() || staysNarrow(slot, alu)) {
                    wide(alu);
                } else {
                    narrow(alu);
                }
            }
        }
    }

    private boolean isNarrow(int slot, Operand operand) {
        return facts.of(slot, operand).isNarrow();
    }

    private void move(int slot, Alu alu) {
        if (alu.wide() || isNarrow(slot, alu.src())) {
            code.load(alu.src());
            code.store(alu.dst());
        } else if (alu.src() instanceof Immediate immediate) {
            code.constant(immediate.value() & Code.LOW);
            code.store(alu.dst());
        } else {
            code.load(alu.src());
            code.constant(Code.LOW);
            code.instruction(LAND);
            code.store(alu.dst());
        }
    }

    /** Returns whether a 32-bit operation gives the same in 64 bits. */
    private boolean staysNarrow(int slot, Alu alu) {
        boolean right = isNarrow(slot, alu.src());
        return isNarrow(slot, alu.dst()) && switch (alu.operation()) {
            case AND, OR, XOR -> right;
            case SHIFT_RIGHT -> alu.src() instanceof Immediate count && count.value() >= 0
                    && count.value() < Integer.SIZE;
            default -> false;
        };
    }

    private void wide(Alu alu) {
        code.load(alu.dst());
        if (isShift(alu.operation())) {
            code.loadLow(alu.src());
        } else {
            code.load(alu.src());
        }
        code.instruction(Java.of(alu.operation()).wide());
        code.store(alu.dst());
    }

    private void narrow(Alu alu) {
        code.loadLow(alu.dst());
        code.loadLow(alu.src());
        code.instruction(Java.of(alu.operation()).narrow());
        if (isPositive(alu)) {
            code.storePositive(alu.dst());
        } else {
            code.storeLow(alu.dst());
        }
    }

    private static boolean isShift(AluOperation operation) {
        return operation == AluOperation.SHIFT_LEFT || operation == AluOperation.SHIFT_RIGHT
                || operation == AluOperation.SHIFT_RIGHT_SIGNED;
    }

    /** Returns whether the result of a 32-bit operation has no sign bit, whatever the register holds. */
    private static boolean isPositive(Alu alu) {
        return alu.src() instanceof Immediate immediate && switch (alu.operation()) {
            case AND -> immediate.value() >= 0;
            case SHIFT_RIGHT -> (immediate.value() & Integer.SIZE - 1) != 0;
            default -> false;
        };
    }

    /** Unsigned division; with a positive dividend and divisor it is the signed one, which HotSpot is better at. */
    private void divide(int slot, Alu alu) {
        boolean positive = !alu.wide() || facts.of(slot, alu.dst()).isPositive();
        if (!positive || !(alu.src() instanceof Immediate divisor)
                || divisor.value() == 0 || alu.wide() && divisor.value() < 0) {
            callDivision(alu);
            return;
        }
        code.load(alu.dst());
        if (!alu.wide() && !isNarrow(slot, alu.dst())) {
            code.constant(Code.LOW);
            code.instruction(LAND);
        }
        code.constant(alu.wide() ? divisor.value() : divisor.value() & Code.LOW);
        code.instruction(alu.operation() == AluOperation.DIVIDE ? LDIV : LREM);
        code.store(alu.dst());
    }

    private void callDivision(Alu alu) {
        String name = switch (alu.operation()) {
            case DIVIDE -> "divide";
            case MODULO -> "modulo";
            case SIGNED_DIVIDE -> "signedDivide";
            case SIGNED_MODULO -> "signedModulo";
            default -> throw new IllegalArgumentException(alu.toString());
        };
        if (alu.wide()) {
            code.load(alu.dst());
            code.load(alu.src());
            code.callStatic(Arithmetic.class, name, "(JJ)J");
            code.store(alu.dst());
        } else {
            code.loadLow(alu.dst());
            code.loadLow(alu.src());
            code.callStatic(Arithmetic.class, name, "(II)I");
            code.storeLow(alu.dst());
        }
    }

    void emit(MoveSignExtended move) {
        code.loadLow(move.src());
        extend(move.bits());
        if (move.wide()) {
            code.instruction(I2L);
            code.store(move.dst());
        } else {
            code.storeLow(move.dst());
        }
    }

    private void extend(int bits) {
        if (bits < Integer.SIZE) {
            code.instruction(bits == Byte.SIZE ? I2B : I2S);
        }
    }

    void emit(Negate negate) {
        if (negate.wide()) {
            code.load(negate.dst());
            code.instruction(LNEG);
            code.store(negate.dst());
        } else {
            code.loadLow(negate.dst());
            code.instruction(INEG);
            code.storeLow(negate.dst());
        }
    }

    void emit(ByteSwap swap) {
        boolean reversed = swap.order() != Order.LITTLE_ENDIAN;
        Register register = swap.dst();
        switch (swap.bits()) {
            case Short.SIZE -> {
                code.loadLow(register);
                if (reversed) {
                    code.instruction(I2S);
                    code.callStatic(Short.class, "reverseBytes", "(S)S");
                }
                code.constant(0xffff);
                code.instruction(IAND);
                code.storePositive(register);
            }
            case Integer.SIZE -> {
                code.loadLow(register);
                if (reversed) {
                    code.callStatic(Integer.class, "reverseBytes", "(I)I");
                }
                code.storeLow(register);
            }
            default -> {
                if (reversed) {
                    code.load(register);
                    code.callStatic(Long.class, "reverseBytes", "(J)J");
                    code.store(register);
                }
            }
        }
    }
}
