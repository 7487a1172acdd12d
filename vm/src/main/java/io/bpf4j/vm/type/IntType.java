package io.bpf4j.vm.type;

/**
 * A whole number of 1, 2, 4 or 8 bytes; {@code bool} and {@code char} are numbers with a meaning of their
 * own.
 */
public enum IntType implements Type {
    U8("u8", 1, false),
    U16("u16", 2, false),
    U32("u32", 4, false),
    U64("u64", 8, false),
    S8("s8", 1, true),
    S16("s16", 2, true),
    S32("s32", 4, true),
    S64("s64", 8, true),
    /** 0 or 1. */
    BOOL("bool", 1, false),
    /** A byte of text; signed, as on x86-64. */
    CHAR("char", 1, true),
    /** Which kernel stack: see {@link StackId}. */
    KERNEL_STACK("kstack_t", 8, false),
    /** Which user stack, of which process: see {@link StackId}. */
    USER_STACK("ustack_t", 8, false);

    private final String spelling;
    private final int size;
    private final boolean signed;

    IntType(String spelling, int size, boolean signed) {
        this.spelling = spelling;
        this.size = size;
        this.signed = signed;
    }

    /** Returns whether values are sign-extended. */
    public boolean signed() {
        return signed;
    }

    /** Returns the plain number type of a size in bytes (1, 2, 4 or 8) and a signedness. */
    public static IntType of(int size, boolean signed) {
        for (IntType type : values()) {
            if (type.size == size && type.signed == signed) {
                return type;
            }
        }
        throw new IllegalArgumentException("no whole number of " + size + " bytes");
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int alignment() {
        return size;
    }

    @Override
    public String spelling() {
        return spelling;
    }
}
