package io.bpf4j.vm.jit.jvm;

import static org.objectweb.asm.Opcodes.IADD;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.POP;

import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.memory.Memory;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.objectweb.asm.Type;

/**
 * Access through the memory's buffer, which all versions of Java have. Only the lower half of an index counts, so that
 * an address far outside may alias one inside.
 */
final class BufferAccess implements Access {

    private static final String MEMORY = Type.getInternalName(Memory.class);
    private static final String BUFFER = "(Ljava/nio/ByteBuffer;I";

    private final Constants constants;
    private final ByteBuffer buffer;
    private final int base;

    BufferAccess(Constants constants, Memory memory) {
        this.constants = constants;
        this.buffer = memory.buffer();
        this.base = (int) memory.base();
    }

    @Override
    public void begin(Code code, Width width) {
        // Bytes are a method of the buffer.
        if (width != Width.BYTE) {
            String handle = switch (width) {
                case HALF -> "SHORTS";
                case WORD -> "INTS";
                default -> "LONGS";
            };
            code.field(MEMORY, handle, VarHandle.class);
        }
        constants.load(code, ByteBuffer.class, buffer);
    }

    @Override
    public void index(Code code, Register register, int offset) {
        code.load(register);
        code.instruction(L2I);
        if (offset != base) {
            code.constant(offset - base);
            code.instruction(IADD);
        }
    }

    @Override
    public void index(Code code) {
        // It is one.
    }

    @Override
    public void read(Code code, Width width) {
        if (width == Width.BYTE) {
            code.callVirtual(ByteBuffer.class, "get", "(I)B");
        } else {
            code.callVirtual(VarHandle.class, "get", BUFFER + ")" + type(width));
        }
    }

    @Override
    public void write(Code code, Width width) {
        if (width == Width.BYTE) {
            code.callVirtual(ByteBuffer.class, "put", "(IB)Ljava/nio/ByteBuffer;");
            code.instruction(POP);
        } else {
            code.callVirtual(VarHandle.class, "set", BUFFER + type(width) + ")V");
        }
    }

    /** Does an atomic operation: a method of the handle, with one or two numbers after the index. */
    void atomic(Code code, Width width, String method, int operands) {
        code.callVirtual(VarHandle.class, method,
                BUFFER + type(width).repeat(operands) + ")" + type(width));
    }

    /** Returns the descriptor of the numbers of a width. */
    static String type(Width width) {
        return switch (width) {
            case BYTE -> "B";
            case HALF -> "S";
            case WORD -> "I";
            case DOUBLE -> "J";
        };
    }
}
