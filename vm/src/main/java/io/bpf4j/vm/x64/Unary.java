package io.bpf4j.vm.x64;

/** Operations of one written operand (SDM volume 2, table A-6, groups 3, 4 and 5). */
public enum Unary {
    INC(0xfe, 0),
    DEC(0xfe, 1),
    NOT(0xf6, 2),
    NEG(0xf6, 3),
    /** Multiplies rax, unsigned; the product goes to rdx:rax (ax for bytes). */
    MUL(0xf6, 4),
    /** Multiplies rax, signed; the product goes to rdx:rax (ax for bytes). */
    IMUL(0xf6, 5),
    /** Divides rdx:rax, unsigned; the quotient goes to rax, the remainder to rdx. */
    DIV(0xf6, 6),
    /** Divides rdx:rax, signed; the quotient goes to rax, the remainder to rdx. */
    IDIV(0xf6, 7);

    private final int opcode;
    private final int number;

    Unary(int opcode, int number) {
        this.opcode = opcode;
        this.number = number;
    }

    /** Returns the opcode for bytes; that for the other sizes is the next. */
    int opcode() {
        return opcode;
    }

    /** Returns the number within the group, 0 to 7. */
    int number() {
        return number;
    }

    /** Returns whether memory may be changed with a lock prefix (SDM volume 2, LOCK). */
    boolean isLockable() {
        return ordinal() <= NEG.ordinal();
    }
}
