package io.bpf4j.vm.trampoline;

import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Memory;

/**
 * What trampolines keep in the part of a {@link ThreadBlock} that is theirs.
 *
 * <pre>
 *  0 | the id of the thread that has taken the block (u32) | 0 |
 *  8 | the stack pointer of the interrupted code (u64)         |
 * 16 | 8 system calls that the thread is in:                   |
 *    | the stack pointer (u64), the number (u64)               |
 * </pre>
 */
enum BlockField {
    OWNER(0),
    INTERRUPTED_STACK(8),
    CALLS(16);

    /** How many calls there is room for. */
    static final int CALL_COUNT = 8;
    /** One of them has two to the power of this many bytes. */
    static final int CALL_SHIFT = 4;

    private final int offset;

    BlockField(int offset) {
        this.offset = offset;
    }

    /** Returns the operand for code that has the block's address in r12. */
    Memory operand() {
        return Memory.at(Gpr.R12, ThreadBlock.TRAMPOLINE.offset() + offset);
    }

    /** Returns the operand for some bytes of the call that lies a number of bytes further. */
    Memory indexed(Gpr index, int within) {
        return Memory.indexed(Gpr.R12, index, 1, ThreadBlock.TRAMPOLINE.offset() + offset + within);
    }
}
