package io.bpf4j.vm.jit.jvm;

import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Operand.Immediate;
import io.bpf4j.vm.isa.Register;
import java.util.Arrays;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The code of one method, with registers for local variables. Parameters come first, as Java wants it.
 *
 * <pre>
 * 0           1    3    5    7    9    11    13   15   17   19   21   23
 * | Execution | R1 | R2 | R3 | R4 | R5 | R10 | R0 | R6 | R7 | R8 | R9 | an object |
 * </pre>
 */
final class Code {

    static final long LOW = 0xffff_ffffL;

    private static final String EXECUTION = Type.getInternalName(Execution.class);
    private static final int[] VARIABLES = {13, 1, 3, 5, 7, 9, 15, 17, 19, 21, 11};
    private static final Register[] NO_PARAMETERS = {Register.R0, Register.R6, Register.R7, Register.R8,
        Register.R9};
    private static final int PARAMETERS = 7;
    private static final int KEPT = 23;

    private final MethodVisitor method;

    Code(MethodVisitor method) {
        this.method = method;
    }

    /** Starts: all registers have a value from the first instruction on, as in the interpreter. */
    void begin() {
        method.visitCode();
        Object[] variables = new Object[PARAMETERS + NO_PARAMETERS.length];
        Arrays.fill(variables, Opcodes.LONG);
        variables[0] = EXECUTION;
        for (Register register : NO_PARAMETERS) {
            constant(0L);
            store(register);
        }
        method.visitFrame(Opcodes.F_FULL, variables.length, variables, 0, new Object[0]);
    }

    /** Ends; ASM counts how much of the operand stack was needed. Returns the bytes of the code. */
    int end() {
        Label end = new Label();
        method.visitLabel(end);
        method.visitMaxs(0, 0);
        method.visitEnd();
        return end.getOffset();
    }

    /** Puts a label here, where the operand stack is empty. */
    void target(Label label) {
        method.visitLabel(label);
        method.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
    }

    /** Gives what follows a line number. */
    void line(int number) {
        Label here = new Label();
        method.visitLabel(here);
        method.visitLineNumber(number, here);
    }

    void instruction(int opcode) {
        method.visitInsn(opcode);
    }

    void jump(int opcode, Label target) {
        method.visitJumpInsn(opcode, target);
    }

    void constant(long value) {
        if (value == 0 || value == 1) {
            method.visitInsn(value == 0 ? Opcodes.LCONST_0 : Opcodes.LCONST_1);
        } else if (value == (short) value) {
            // As long as a reference to the constant pool, but without a place in it.
            constant((int) value);
            method.visitInsn(Opcodes.I2L);
        } else {
            method.visitLdcInsn(value);
        }
    }

    void constant(int value) {
        if (value >= -1 && value <= 5) {
            method.visitInsn(Opcodes.ICONST_0 + value);
        } else if (value == (byte) value) {
            method.visitIntInsn(Opcodes.BIPUSH, value);
        } else if (value == (short) value) {
            method.visitIntInsn(Opcodes.SIPUSH, value);
        } else {
            method.visitLdcInsn(value);
        }
    }

    /** Pushes all 64 bits of an operand. */
    void load(Operand operand) {
        switch (operand) {
            case Register register -> method.visitVarInsn(Opcodes.LLOAD, VARIABLES[register.number()]);
            case Immediate immediate -> constant((long) immediate.value());
        }
    }

    /** Pushes the lower half of an operand. */
    void loadLow(Operand operand) {
        switch (operand) {
            case Register register -> {
                load(register);
                method.visitInsn(Opcodes.L2I);
            }
            case Immediate immediate -> constant(immediate.value());
        }
    }

    /** Pops all 64 bits of a register. */
    void store(Register register) {
        method.visitVarInsn(Opcodes.LSTORE, VARIABLES[register.number()]);
    }

    /** Pops the lower half of a register, whose upper half becomes zero. */
    void storeLow(Register register) {
        method.visitInsn(Opcodes.I2L);
        constant(LOW);
        method.visitInsn(Opcodes.LAND);
        store(register);
    }

    /** Pops the lower half of a register, which is known to be no negative number. */
    void storePositive(Register register) {
        method.visitInsn(Opcodes.I2L);
        store(register);
    }

    /** Pushes the execution. */
    void execution() {
        method.visitVarInsn(Opcodes.ALOAD, 0);
    }

    /** Calls a method of the execution that was pushed. */
    void onExecution(String name, String descriptor) {
        method.visitMethodInsn(Opcodes.INVOKEVIRTUAL, EXECUTION, name, descriptor, false);
    }

    void callStatic(Class<?> owner, String name, String descriptor) {
        callStatic(Type.getInternalName(owner), name, descriptor);
    }

    void callStatic(String owner, String name, String descriptor) {
        method.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
    }

    void callInterface(Class<?> owner, String name, String descriptor) {
        method.visitMethodInsn(Opcodes.INVOKEINTERFACE, Type.getInternalName(owner), name, descriptor, true);
    }

    void callVirtual(Class<?> owner, String name, String descriptor) {
        method.visitMethodInsn(Opcodes.INVOKEVIRTUAL, Type.getInternalName(owner), name, descriptor, false);
    }

    void field(String owner, String name, Class<?> type) {
        method.visitFieldInsn(Opcodes.GETSTATIC, owner, name, type.descriptorString());
    }

    void text(String text) {
        method.visitLdcInsn(text);
    }

    /** Pops an object into a variable of its own; jumps if it is null. */
    void keepIfPresent(Label absent) {
        method.visitVarInsn(Opcodes.ASTORE, KEPT);
        loadKept();
        method.visitJumpInsn(Opcodes.IFNULL, absent);
    }

    /** Pushes the object that was kept, where no label lies between. */
    void loadKept() {
        method.visitVarInsn(Opcodes.ALOAD, KEPT);
    }

    /** Pushes an address: a register plus an offset. */
    void address(Register base, int offset) {
        load(base);
        if (offset != 0) {
            constant((long) offset);
            method.visitInsn(Opcodes.LADD);
        }
    }
}
