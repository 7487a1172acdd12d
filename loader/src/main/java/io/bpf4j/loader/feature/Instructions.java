package io.bpf4j.loader.feature;

import java.io.ByteArrayOutputStream;

/** The few instructions that probing needs, encoded as RFC 9669, section 3 has it. */
final class Instructions {
    /** Bytes of an instruction. */
    static final int SIZE = 8;

    private static final int CALL = 0x85;
    private static final int EXIT = 0x95;
    private static final int MOV = 0xb7;
    private static final int MOV_REGISTER = 0xbf;
    private static final int STORE_LONG = 0x7b;
    private static final int ADD = 0x07;
    private static final int LOAD_IMMEDIATE = 0x18;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** {@code return 0}. */
    static byte[] nothing() {
        return new Instructions().mov(0, 0).exit();
    }

    Instructions add(int opcode, int dst, int src, int offset, int immediate) {
        out.write(opcode);
        out.write(src << 4 | dst);
        out.write(offset);
        out.write(offset >> Byte.SIZE);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(immediate >> shift);
        }
        return this;
    }

    Instructions mov(int dst, int immediate) {
        return add(MOV, dst, 0, 0, immediate);
    }

    Instructions copy(int dst, int src) {
        return add(MOV_REGISTER, dst, src, 0, 0);
    }

    Instructions plus(int dst, int immediate) {
        return add(ADD, dst, 0, 0, immediate);
    }

    Instructions storeLong(int dst, int offset, int src) {
        return add(STORE_LONG, dst, src, offset, 0);
    }

    /** A 64-bit immediate, whose meaning {@code source} tells (BPF_PSEUDO_*). */
    Instructions load(int dst, int source, int low, int high) {
        return add(LOAD_IMMEDIATE, dst, source, 0, low).add(0, 0, 0, 0, high);
    }

    Instructions call(int helper) {
        return add(CALL, 0, 0, 0, helper);
    }

    byte[] exit() {
        return add(EXIT, 0, 0, 0, 0).out.toByteArray();
    }

    /** {@code return 0}, and more to come. */
    Instructions returnZero() {
        return mov(0, 0).add(EXIT, 0, 0, 0, 0);
    }
}
