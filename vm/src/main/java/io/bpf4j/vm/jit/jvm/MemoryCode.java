package io.bpf4j.vm.jit.jvm;

import static org.objectweb.asm.Opcodes.I2B;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.I2S;
import static org.objectweb.asm.Opcodes.IADD;
import static org.objectweb.asm.Opcodes.IAND;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.POP;
import static org.objectweb.asm.Opcodes.POP2;

import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.memory.Memory;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.objectweb.asm.Type;

/**
 * Emits accesses of memory: through the handles of {@link Memory} to a constant buffer, which HotSpot makes one machine
 * instruction and a comparison with the buffer's size.
 */
final class MemoryCode {

    private static final String MEMORY = Type.getInternalName(Memory.class);

    private final Code code;
    private final Constants constants;
    private final ByteBuffer buffer;
    private final int base;
    private final boolean checked;

    MemoryCode(Code code, Constants constants, Memory memory, boolean checked) {
        this.code = code;
        this.constants = constants;
        this.buffer = memory.buffer();
        this.base = (int) memory.base();
        this.checked = checked;
    }

    void emit(Load load) {
        buffer(load.width());
        index(load.base(), load.offset(), load.width(), false);
        switch (load.width()) {
            case BYTE -> {
                code.callVirtual(ByteBuffer.class, "get", "(I)B");
                extend(load, 0xff, I2B);
            }
            case HALF -> {
                handle("get", "(Ljava/nio/ByteBuffer;I)S");
                extend(load, 0xffff, I2S);
            }
            case WORD -> {
                handle("get", "(Ljava/nio/ByteBuffer;I)I");
                if (load.signed()) {
                    code.instruction(I2L);
                    code.store(load.dst());
                } else {
                    code.storeLow(load.dst());
                }
            }
            default -> {
                handle("get", "(Ljava/nio/ByteBuffer;I)J");
                code.store(load.dst());
            }
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
        buffer(store.width());
        index(store.base(), store.offset(), store.width(), true);
        value(store.width(), store.value());
        switch (store.width()) {
            case BYTE -> {
                code.callVirtual(ByteBuffer.class, "put", "(IB)Ljava/nio/ByteBuffer;");
                code.instruction(POP);
            }
            case HALF -> handle("set", "(Ljava/nio/ByteBuffer;IS)V");
            case WORD -> handle("set", "(Ljava/nio/ByteBuffer;II)V");
            default -> handle("set", "(Ljava/nio/ByteBuffer;IJ)V");
        }
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

    void emit(Atomic atomic) {
        boolean wide = atomic.width() == Width.DOUBLE;
        String type = wide ? "J" : "I";
        buffer(atomic.width());
        if (checked) {
            code.execution();
            code.address(atomic.base(), atomic.offset());
            code.constant(atomic.width().bytes());
            code.onExecution("locateAtomic", "(JI)I");
        } else {
            plainIndex(atomic.base(), atomic.offset());
        }
        boolean exchange = atomic.operation() == AtomicOperation.COMPARE_EXCHANGE;
        if (exchange) {
            value(atomic.width(), Register.R0);
        }
        value(atomic.width(), atomic.src());
        handle(methodName(atomic.operation()),
                "(Ljava/nio/ByteBuffer;I" + (exchange ? type : "") + type + ")" + type);
        if (!atomic.fetch()) {
            code.instruction(wide ? POP2 : POP);
            return;
        }
        Register old = exchange ? Register.R0 : atomic.src();
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

    /** Pushes the buffer, and below it the handle if the width has one. */
    private void buffer(Width width) {
        if (width != Width.BYTE) {
            String name = switch (width) {
                case HALF -> "SHORTS";
                case WORD -> "INTS";
                default -> "LONGS";
            };
            code.field(MEMORY, name, VarHandle.class);
        }
        constants.load(code, ByteBuffer.class, buffer);
    }

    private void handle(String name, String descriptor) {
        code.callVirtual(VarHandle.class, name, descriptor);
    }

    private void index(Register register, int offset, Width width, boolean write) {
        if (checked) {
            code.execution();
            code.address(register, offset);
            code.constant(width.bytes());
            code.constant(write ? 1 : 0);
            code.onExecution("locate", "(JIZ)I");
        } else {
            plainIndex(register, offset);
        }
    }

    /** Pushes the lower half of the distance from the memory's base; the buffer compares it with its size. */
    private void plainIndex(Register register, int offset) {
        code.load(register);
        code.instruction(L2I);
        if (offset != base) {
            code.constant(offset - base);
            code.instruction(IADD);
        }
    }
}
