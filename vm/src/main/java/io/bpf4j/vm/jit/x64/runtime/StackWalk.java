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
    static final String TEXT = BpfText.resource("stack-walk")
            .replace("#scratch#", "" + ThreadBlock.SCRATCH.offset())
            .replace("#entry#", "" + ThreadBlock.AT_ENTRY.offset())
            .replace("#ip#", "" + PtRegs.IP.offset()).replace("#bp#", "" + PtRegs.BP.offset())
            .replace("#sp#", "" + PtRegs.SP.offset()).replace("#deepest#", "" + DEEPEST);

    /** bpf_get_stack(context, target, size, flags). */
    static final String GET_STACK = BpfText.resource("stack-copy")
            .replace("#scratch#", "" + ThreadBlock.SCRATCH.offset());

    private StackWalk() {}
}
