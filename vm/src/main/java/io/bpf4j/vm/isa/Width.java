package io.bpf4j.vm.isa;

/** The size of a memory access. */
public enum Width {
    BYTE(1, "u8", 0x10),
    HALF(2, "u16", 0x08),
    WORD(4, "u32", 0x00),
    DOUBLE(8, "u64", 0x18);

    private final int bytes;
    private final String spelling;
    private final int bits;

    Width(int bytes, String spelling, int bits) {
        this.bytes = bytes;
        this.spelling = spelling;
        this.bits = bits;
    }

    /** Returns the number of bytes: 1, 2, 4 or 8. */
    public int bytes() {
        return bytes;
    }

    /** Returns the name in assembler text, such as {@code u32}. */
    public String spelling() {
        return spelling;
    }

    /** Returns the size modifier of the opcode (RFC 9669, section 5). */
    int bits() {
        return bits;
    }

    /**
     * Returns the width of a number of bytes.
     *
     * @throws IllegalArgumentException if it is not 1, 2, 4 or 8
     */
    public static Width ofBytes(int bytes) {
        return switch (bytes) {
            case 1 -> BYTE;
            case 2 -> HALF;
            case 4 -> WORD;
            case 8 -> DOUBLE;
            default -> throw new IllegalArgumentException("no memory access of " + bytes + " bytes");
        };
    }

    static Width ofBits(int opcode) {
        for (Width width : values()) {
            if (width.bits == (opcode & 0x18)) {
                return width;
            }
        }
        throw new AssertionError("two bits name four widths");
    }
}
