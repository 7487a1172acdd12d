package io.bpf4j.vm.jit.x64.runtime;

import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.jit.x64.ThreadBlock;

/**
 * The stack of the traced thread by frame pointers, as text (arch/x86/events/core.c, perf_callchain_user): the
 * instruction, at a function's entry its return address, then those of the frames.
 */
final class StackWalk {

    /** The most addresses (PERF_MAX_STACK_DEPTH). */
    static final int DEEPEST = 127;

    /** Walk (R1: the context; R0: how many addresses) writes them to the scratch bytes of the thread's block. */
    static final String TEXT = """
            walk:
                r6 = r1
                call ${BLOCK}
                r7 = r0
                r7 += #scratch#
                r2 = *(u32 *)(r0 + #entry#)
                r8 = *(u64 *)(r6 + #ip#)
                *(u64 *)(r7 + 0) = r8
                r8 = 1
                r9 = *(u64 *)(r6 + #bp#)
                if r2 == 0 goto walk_next
                r1 = r7
                r1 += 8
                r2 = 8
                r3 = *(u64 *)(r6 + #sp#)
                call bpf_probe_read_user
                if r0 != 0 goto walk_next
                r8 = 2
            walk_next:
                if r8 >= #deepest# goto walk_out
                r1 = r10
                r1 += -1024
                r2 = 16
                r3 = r9
                call bpf_probe_read_user
                if r0 != 0 goto walk_out
                r1 = r8
                r1 <<= 3
                r1 += r7
                r2 = *(u64 *)(r10 - 1016)
                *(u64 *)(r1 + 0) = r2
                r9 = *(u64 *)(r10 - 1024)
                r8 += 1
                goto walk_next
            walk_out:
                r0 = r8
                exit
            """.replace("#scratch#", "" + ThreadBlock.SCRATCH.offset())
            .replace("#entry#", "" + ThreadBlock.AT_ENTRY.offset())
            .replace("#ip#", "" + PtRegs.IP.offset()).replace("#bp#", "" + PtRegs.BP.offset())
            .replace("#sp#", "" + PtRegs.SP.offset()).replace("#deepest#", "" + DEEPEST);

    /** bpf_get_stack(context, target, size, flags). */
    static final String GET_STACK = """
            get_stack:
                r6 = r1
                r7 = r2
                w8 = w3
                r9 = r4
                r1 = r2
                r4 = r8
                r0 = 0
                call ${FILL_BYTES}
                r1 = r9
                r1 &= -512
                if r1 != 0 goto get_stack_invalid
                r1 = r8
                r1 &= 7
                if r1 != 0 goto get_stack_invalid
                r1 = r9
                r1 &= 256
                if r1 == 0 goto get_stack_none
                r1 = r6
                call walk
                r9 &= 255
                r0 -= r9
                if r0 s< 0 goto get_stack_none
                r8 >>= 3
                if r0 <= r8 goto get_stack_copy
                r0 = r8
            get_stack_copy:
                r8 = r0
                call ${BLOCK}
                r2 = r0
                r2 += #scratch#
                r9 <<= 3
                r2 += r9
                r1 = r7
                r4 = r8
                call ${COPY_WORDS}
                r0 = r8
                r0 <<= 3
                exit
            get_stack_invalid:
                r0 = -22
                exit
            get_stack_none:
                r0 = -14
                exit
            """.replace("#scratch#", "" + ThreadBlock.SCRATCH.offset());

    private StackWalk() {}
}
