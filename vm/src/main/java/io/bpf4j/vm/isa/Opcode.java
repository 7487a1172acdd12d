package io.bpf4j.vm.isa;

/**
 * The parts of the opcode byte (RFC 9669, section 3.2): the class in the low three bits, above them either
 *
 * <pre>
 *  arithmetic and jumps:   | operation : 4 | source : 1 | class : 3 |
 *  loads and stores:       | mode : 3 | size : 2        | class : 3 |
 * </pre>
 */
final class Opcode {
    static final int CLASS_MASK = 0x07;
    static final int LD = 0x00;
    static final int LDX = 0x01;
    static final int ST = 0x02;
    static final int STX = 0x03;
    static final int ALU = 0x04;
    static final int JMP = 0x05;
    static final int JMP32 = 0x06;
    static final int ALU64 = 0x07;

    static final int OPERATION_MASK = 0xf0;
    /** The source bit: the second operand is the src register, not the immediate. */
    static final int SOURCE_REGISTER = 0x08;
    static final int NEGATE = 0x80;
    static final int END = 0xd0;
    static final int JUMP = 0x00;
    static final int CALL = 0x80;
    static final int EXIT = 0x90;

    static final int MODE_MASK = 0xe0;
    static final int MODE_IMMEDIATE = 0x00;
    static final int MODE_ABSOLUTE = 0x20;
    static final int MODE_INDIRECT = 0x40;
    static final int MODE_MEMORY = 0x60;
    static final int MODE_MEMORY_SIGNED = 0x80;
    static final int MODE_ATOMIC = 0xc0;

    /** The src field of a call (RFC 9669, section 4.3.1): helper, function of the program, kernel function. */
    static final int CALL_HELPER = 0;
    static final int CALL_FUNCTION = 1;
    static final int CALL_KERNEL_FUNCTION = 2;

    private Opcode() {}
}
