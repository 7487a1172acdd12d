package io.bpf4j.vm.isa;

/** A comparison of a conditional jump (RFC 9669, section 4.3). */
public enum Condition {
    EQUAL("==", 0x10),
    GREATER(">", 0x20),
    GREATER_OR_EQUAL(">=", 0x30),
    /** True if the two have a bit in common. */
    ANY_BIT("&", 0x40),
    NOT_EQUAL("!=", 0x50),
    SIGNED_GREATER("s>", 0x60),
    SIGNED_GREATER_OR_EQUAL("s>=", 0x70),
    LESS("<", 0xa0),
    LESS_OR_EQUAL("<=", 0xb0),
    SIGNED_LESS("s<", 0xc0),
    SIGNED_LESS_OR_EQUAL("s<=", 0xd0);

    private final String spelling;
    private final int bits;

    Condition(String spelling, int bits) {
        this.spelling = spelling;
        this.bits = bits;
    }

    /** Returns the operator in assembler text, such as {@code s>=}. */
    public String spelling() {
        return spelling;
    }

    /** Returns the operation bits of the opcode. */
    int bits() {
        return bits;
    }

    /**
     * Returns the condition that holds exactly when this one does not.
     *
     * @throws IllegalStateException for {@link #ANY_BIT}, which has none
     */
    public Condition negated() {
        return switch (this) {
            case EQUAL -> NOT_EQUAL;
            case NOT_EQUAL -> EQUAL;
            case GREATER -> LESS_OR_EQUAL;
            case GREATER_OR_EQUAL -> LESS;
            case LESS -> GREATER_OR_EQUAL;
            case LESS_OR_EQUAL -> GREATER;
            case SIGNED_GREATER -> SIGNED_LESS_OR_EQUAL;
            case SIGNED_GREATER_OR_EQUAL -> SIGNED_LESS;
            case SIGNED_LESS -> SIGNED_GREATER_OR_EQUAL;
            case SIGNED_LESS_OR_EQUAL -> SIGNED_GREATER;
            case ANY_BIT -> throw new IllegalStateException("a bit test has no negated form");
        };
    }

    /** Returns the condition that holds with the operands exchanged. */
    public Condition swapped() {
        return switch (this) {
            case EQUAL, NOT_EQUAL, ANY_BIT -> this;
            case GREATER -> LESS;
            case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
            case LESS -> GREATER;
            case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
            case SIGNED_GREATER -> SIGNED_LESS;
            case SIGNED_GREATER_OR_EQUAL -> SIGNED_LESS_OR_EQUAL;
            case SIGNED_LESS -> SIGNED_GREATER;
            case SIGNED_LESS_OR_EQUAL -> SIGNED_GREATER_OR_EQUAL;
        };
    }
}
