package io.bpf4j.vm.btf;

import java.util.Arrays;

/**
 * The kinds of BTF type, by their number, with the size of what follows the common 12 bytes
 * (include/uapi/linux/btf.h).
 */
public enum BtfKind {
    VOID(0, 0),
    INT(4, 0),
    POINTER(0, 0),
    ARRAY(12, 0),
    STRUCT(0, 12),
    UNION(0, 12),
    ENUM(0, 8),
    FORWARD(0, 0),
    TYPEDEF(0, 0),
    VOLATILE(0, 0),
    CONST(0, 0),
    RESTRICT(0, 0),
    FUNCTION(0, 0),
    FUNCTION_PROTOTYPE(0, 8),
    VARIABLE(4, 0),
    DATA_SECTION(0, 12),
    FLOAT(0, 0),
    DECLARATION_TAG(4, 0),
    TYPE_TAG(0, 0),
    ENUM64(0, 12);

    private static final BtfKind[] ALL = values();

    private final int fixedSize;
    private final int elementSize;

    BtfKind(int fixedSize, int elementSize) {
        this.fixedSize = fixedSize;
        this.elementSize = elementSize;
    }

    /** Returns the number in the type's info word. */
    public int number() {
        return ordinal();
    }

    /** Returns the bytes of a whole type record with a number of elements (members, parameters, constants). */
    int recordSize(int elements) {
        return BtfLayout.TYPE_SIZE + fixedSize + elementSize * elements;
    }

    /** Returns the 32-bit words of a record of each kind, by number, without its elements. */
    static int[] fixedWords() {
        return Arrays.stream(ALL).mapToInt(kind -> kind.recordSize(0) / Integer.BYTES).toArray();
    }

    /** Returns the 32-bit words of an element of each kind, by number. */
    static int[] elementWords() {
        return Arrays.stream(ALL).mapToInt(kind -> kind.elementSize / Integer.BYTES).toArray();
    }

    /** Finds a kind by number; null if there is none. */
    static BtfKind of(int number) {
        return number < ALL.length ? ALL[number] : null;
    }
}
