package io.bpf4j.vm.isa;

/** An atomic read-modify-write of 32 or 64 bits in memory (RFC 9669, section 5.3). */
public enum AtomicOperation {
    ADD(0x00),
    OR(0x40),
    AND(0x50),
    XOR(0xa0),
    /** Stores the source register and always fetches the old value into it. */
    EXCHANGE(0xe0),
    /** Compares with R0, stores the source register if equal, and always fetches the old value into R0. */
    COMPARE_EXCHANGE(0xf0);

    /** The bit of the immediate that asks for the old value in the source register. */
    static final int FETCH = 0x01;

    private final int bits;

    AtomicOperation(int bits) {
        this.bits = bits;
    }

    /** Returns the operation bits of the immediate, without {@link #FETCH}. */
    int bits() {
        return bits;
    }

    /** Returns whether the operation has no form without a fetch. */
    public boolean alwaysFetches() {
        return this == EXCHANGE || this == COMPARE_EXCHANGE;
    }
}
