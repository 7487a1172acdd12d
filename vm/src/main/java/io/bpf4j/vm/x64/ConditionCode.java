package io.bpf4j.vm.x64;

/**
 * What a conditional jump, move or set looks at in the flags (SDM volume 1, appendix B); constants are in the order of
 * the encoding.
 */
public enum ConditionCode {
    /** Overflow. */
    O,
    /** No overflow. */
    NO,
    /** Below, unsigned; also: carry. */
    B,
    /** Above or equal, unsigned; also: no carry. */
    AE,
    /** Equal; also: zero. */
    E,
    /** Not equal; also: not zero. */
    NE,
    /** Below or equal, unsigned. */
    BE,
    /** Above, unsigned. */
    A,
    /** Sign: negative. */
    S,
    /** No sign. */
    NS,
    /** Parity even. */
    P,
    /** Parity odd. */
    NP,
    /** Less, signed. */
    L,
    /** Greater or equal, signed. */
    GE,
    /** Less or equal, signed. */
    LE,
    /** Greater, signed. */
    G;

    private static final ConditionCode[] ALL = values();

    /** Returns the number in the encoding, 0 to 15. */
    public int number() {
        return ordinal();
    }

    /** Returns the condition that holds exactly where this one does not. */
    public ConditionCode negated() {
        return ALL[ordinal() ^ 1];
    }

    /**
     * Returns the condition to test when the operands of the comparison are exchanged.
     *
     * @throws IllegalArgumentException for O, NO, S, NS, P and NP, which have none
     */
    public ConditionCode exchanged() {
        return switch (this) {
            case E, NE -> this;
            case B -> A;
            case A -> B;
            case AE -> BE;
            case BE -> AE;
            case L -> G;
            case G -> L;
            case GE -> LE;
            case LE -> GE;
            case O, NO, S, NS, P, NP -> throw new IllegalArgumentException(
                    "condition " + this + " cannot be exchanged");
        };
    }
}
