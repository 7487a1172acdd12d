package io.bpf4j.vm.jit.jvm;

import static org.objectweb.asm.Opcodes.I2B;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.I2S;
import static org.objectweb.asm.Opcodes.IAND;
import static org.objectweb.asm.Opcodes.POP;
import static org.objectweb.asm.Opcodes.POP2;

import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;

/** Emits accesses of memory; where runs are checked, the execution says where they go. */
final class MemoryCode {

    private final Code code;
    private final Access plain;
    private final BufferAccess atomic;
    private final boolean checked;

    MemoryCode(Code code, Access plain, BufferAccess atomic, boolean checked) {
        this.code = code;
        this.plain = plain;
        this.atomic = atomic;
        this.checked = checked;
    }

    void emit(Load load) {
        plain.begin(code, load.width());
        index(load.base(), load.offset(), load.width(), false);
        plain.read(code, load.width());
        switch (load.width()) {
            case BYTE -> extend(load, 0xff, I2B);
            case HALF -> extend(load, 0xffff, I2S);
            case WORD -> {
                if (load.signed()) {
                    code.instruction(I2L);
                    code.store(load.dst());
                } else {
                    code.storeLow(load.dst());
                }
            }
            default -> code.store(load.dst());
        }
    }

    private void extend(Load load, int mask, int signExtension) {
        if (load.signed()) {
            code.instruction(signExtension);
        } else {
            code.constant(mask);
            code.instruction(IAND);
        }
        code.storePositive(load.dst());
    }

    void emit(Store store) {
        plain.begin(code, store.width());
        index(store.base(), store.offset(), store.width(), true);
        value(store.width(), store.value());
        plain.write(code, store.width());
    }

    private void value(Width width, Operand value) {
        if (width == Width.DOUBLE) {
            code.load(value);
            return;
        }
        code.loadLow(value);
        if (width != Width.WORD) {
            code.instruction(width == Width.BYTE ? I2B : I2S);
        }
    }

    private void index(Register register, int offset, Width width, boolean write) {
        if (checked) {
            code.execution();
            code.address(register, offset);
            code.constant(width.bytes());
            code.constant(write ? 1 : 0);
            code.onExecution("locate", "(JIZ)I");
            plain.index(code);
        } else {
            plain.index(code, register, offset);
        }
    }

    void emit(Atomic insn) {
        boolean exchange = insn.operation() == AtomicOperation.COMPARE_EXCHANGE;
        boolean wide = insn.width() == Width.DOUBLE;
        atomic.begin(code, insn.width());
        code.execution();
        code.address(insn.base(), insn.offset());
        code.constant(insn.width().bytes());
        code.onExecution("locateAtomic", "(JI)I");
        if (exchange) {
            value(insn.width(), Register.R0);
        }
        value(insn.width(), insn.src());
        atomic.atomic(code, insn.width(), methodName(insn.operation()), exchange ? 2 : 1);
        if (!insn.fetch()) {
            code.instruction(wide ? POP2 : POP);
            return;
        }
        Register old = exchange ? Register.R0 : insn.src();
        if (wide) {
            code.store(old);
        } else {
            code.storeLow(old);
        }
    }

    private static String methodName(AtomicOperation operation) {
        return switch (operation) {
            case ADD -> "getAndAdd";
            case OR -> "getAndBitwiseOr";
            case AND -> "getAndBitwiseAnd";
            case XOR -> "getAndBitwiseXor";
            case EXCHANGE -> "getAndSet";
            case COMPARE_EXCHANGE -> "compareAndExchange";
        };
    }
}
