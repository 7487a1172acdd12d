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
 * </pre>
 */
enum BlockField {
    OWNER(0),
    INTERRUPTED_STACK(8);

    private final int offset;

    BlockField(int offset) {
        this.offset = offset;
    }

    /** Returns the operand for code that has the block's address in r12. */
    Memory operand() {
        return Memory.at(Gpr.R12, ThreadBlock.TRAMPOLINE.offset() + offset);
    }
}
