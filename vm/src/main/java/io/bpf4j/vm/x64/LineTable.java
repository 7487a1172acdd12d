package io.bpf4j.vm.x64;

import java.util.Arrays;

/** Which instruction of the source program each byte of generated code belongs to. */
public final class LineTable {

    /** What {@link #insnAt} returns for code that belongs to no instruction. */
    public static final int NONE = -1;

    private final int[] offsets;
    private final int[] insns;

    /** Keeps the arrays; offsets rise strictly. */
    LineTable(int[] offsets, int[] insns) {
        this.offsets = offsets;
        this.insns = insns;
    }

    /** Returns the number of rows. */
    public int size() {
        return offsets.length;
    }

    /** Returns the code offset at which a row starts. */
    public int offset(int row) {
        return offsets[row];
    }

    /** Returns the index of a row's instruction, or {@link #NONE}. */
    public int insn(int row) {
        return insns[row];
    }

    /** Returns the index of the instruction that the byte at a code offset belongs to, or {@link #NONE}. */
    public int insnAt(int codeOffset) {
        int found = Arrays.binarySearch(offsets, codeOffset);
        int row = found >= 0 ? found : -found - 2;
        return row < 0 ? NONE : insns[row];
    }
}
