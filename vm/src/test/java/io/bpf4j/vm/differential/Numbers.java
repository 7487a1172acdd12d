package io.bpf4j.vm.differential;

import io.bpf4j.vm.isa.Register;
import java.util.SplittableRandom;

/** Chooses registers that hold numbers, and numbers: often those at which something changes. */
final class Numbers {

    private static final int[] EDGES = {0, 1, -1, 2, 7, 8, 31, 32, 63, 64, 127, 128, 255, 256, 32767, 32768,
        65535,
        Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MIN_VALUE + 1};
    private static final long[] LONG_EDGES = {Long.MIN_VALUE, Long.MAX_VALUE, 0xffff_ffffL, 0x1_0000_0000L,
        0x8000_0000L, 0x7fff_ffff_8000_0000L, 0xffff_ffff_0000_0000L};

    private final SplittableRandom random;
    /** Bit n: register n counts the rounds of a loop. */
    private int reserved;

    Numbers(SplittableRandom random) {
        this.random = random;
    }

    /** Returns a register to read. */
    Register any() {
        return Register.of(random.nextInt(FunctionWriter.LAST_NUMBER + 1));
    }

    /** Returns a register to write. */
    Register writable() {
        Register register = any();
        while (isReserved(register)) {
            register = any();
        }
        return register;
    }

    boolean isReserved(Register register) {
        return (reserved & 1 << register.number()) != 0;
    }

    void reserve(Register register) {
        reserved |= 1 << register.number();
    }

    void release(Register register) {
        reserved &= ~(1 << register.number());
    }

    int immediate() {
        return switch (random.nextInt(3)) {
            case 0 -> EDGES[random.nextInt(EDGES.length)];
            case 1 -> random.nextInt(256) - 128;
            default -> random.nextInt();
        };
    }

    long wide() {
        return switch (random.nextInt(3)) {
            case 0 -> LONG_EDGES[random.nextInt(LONG_EDGES.length)];
            case 1 -> immediate();
            default -> random.nextLong();
        };
    }
}
