package io.bpf4j.vm.verify;

/**
 * Eight aligned bytes of a frame. Byte 0 is the one at the highest address, as the kernel counts.
 *
 * @param kinds four bits for each byte, those of byte 0 lowest: one of the constants
 * @param spilled what was stored, if byte 7 is {@link #SPILLED}
 */
record StackSlot(int kinds, Value spilled) {

    static final int BYTES = 8;
    /** Never written. */
    static final int INVALID = 0;
    /** Part of a register that was stored and is remembered. */
    static final int SPILLED = 1;
    /** Some number. */
    static final int UNKNOWN = 2;
    /** Zero. */
    static final int ZERO = 3;

    static final StackSlot EMPTY = new StackSlot(0, Value.UNINITIALISED);
    private static final int ALL_UNKNOWN = 0x2222_2222;
    private static final int ALL_SPILLED = 0x1111_1111;
    private static final int ALL_ZERO = 0x3333_3333;

    static StackSlot unknown() {
        return new StackSlot(ALL_UNKNOWN, Value.UNINITIALISED);
    }

    int kind(int index) {
        return kinds >>> index * 4 & 0xf;
    }

    boolean isSpill() {
        return kind(BYTES - 1) == SPILLED;
    }

    boolean isWholeSpill() {
        return kinds == ALL_SPILLED;
    }

    boolean isSpilledScalar() {
        return isSpill() && spilled instanceof Scalar;
    }

    boolean isZero() {
        return kinds == ALL_ZERO;
    }

    /** Returns whether no byte is more than some number. */
    boolean isUnknown() {
        for (int index = 0; index < BYTES; index++) {
            if (kind(index) != INVALID && kind(index) != UNKNOWN) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether a byte was never written. */
    boolean hasInvalid() {
        for (int index = 0; index < BYTES; index++) {
            if (kind(index) == INVALID) {
                return true;
            }
        }
        return false;
    }

    /** Returns how many bytes of the spilled register are there. */
    int spillSize() {
        int size = 0;
        for (int index = BYTES - 1; index >= 0 && kind(index) == SPILLED; index--) {
            size++;
        }
        return size;
    }

    StackSlot withKind(int index, int kind) {
        return new StackSlot(kinds & ~(0xf << index * 4) | kind << index * 4, spilled);
    }

    /** Forgets the spilled register; its bytes become numbers. */
    StackSlot scrubbed() {
        int result = kinds;
        for (int index = 0; index < BYTES; index++) {
            if (kind(index) == SPILLED) {
                result = result & ~(0xf << index * 4) | UNKNOWN << index * 4;
            }
        }
        return new StackSlot(result, Value.UNINITIALISED);
    }

    /** Stores the lowest bytes of a register at the lowest address; what is above keeps only zeros and numbers. */
    StackSlot spill(Value value, int bytes) {
        int result = 0;
        for (int index = 0; index < BYTES; index++) {
            int kind = kind(index) == ZERO || kind(index) == INVALID ? kind(index) : UNKNOWN;
            result |= (index >= BYTES - bytes ? SPILLED : kind) << index * 4;
        }
        return new StackSlot(result, value);
    }

    StackSlot withSpilled(Value value) {
        return new StackSlot(kinds, value);
    }

    @Override
    public String toString() {
        if (isSpill()) {
            return spilled + (isWholeSpill() ? "" : " (" + spillSize() + " bytes)");
        }
        return isZero()
                ? "0"
                : "bytes " + Integer.toHexString(kinds).replace('0', '?').replace('2', 'm')
                        .replace('3', '0');
    }
}
