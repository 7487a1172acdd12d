package io.bpf4j.vm.isa;

/**
 * The fields of one 64-bit slot (RFC 9669, section 3.1), all little-endian:
 *
 * <pre>
 *  bit 0       8     12     16               32                              64
 *      | opcode | dst  | src  |  offset (s16)  |        immediate (s32)        |
 * </pre>
 */
record RawSlot(int opcode, int dst, int src, short offset, int immediate) {

    /** The size of a slot in bytes. */
    static final int BYTES = 8;

    static RawSlot of(long bits) {
        return new RawSlot((int) bits & 0xff, (int) (bits >>> 8) & 0xf, (int) (bits >>> 12) & 0xf,
                (short) (bits >>> 16), (int) (bits >>> 32));
    }

    long bits() {
        return opcode | (long) dst << 8 | (long) src << 12 | (offset & 0xffffL) << 16
                | (long) immediate << 32;
    }
}
