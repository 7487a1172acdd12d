package io.bpf4j.vm.jit.x64.runtime;

/** The stacks of free nodes, as text: see {@link io.bpf4j.vm.map.layout.NodeDescriptor}. */
final class FreeNodeText {

    /**
     * The routines {@code take} (R1: which stack to look at first; R0: the node's number plus one, or 0) and {@code give}
     * (R1: the node's number plus one, R2: its place, R3: the stack's number).
     */
    static final String TEXT = """
            take:
                r1 &= 15
            take_stack:
                r2 = r1
                r2 &= 15
                r2 <<= 6
                r3 = ${free} ll
                r2 += r3
            take_again:
                r0 = *(u64 *)(r2 + 0)
                r3 = r0
                r3 >>= 32
                if r3 == 0 goto take_other
                r4 = r3
                r4 *= ${nodeStride}
                r5 = ${nodes} ll
                r4 += r5
                r4 = *(u64 *)(r4 + 0)
                r4 >>= 32
                r4 <<= 32
                r5 = r0
                w5 &= -2
                w5 += 2
                r4 |= r5
                r5 = r0
                r0 = cmpxchg_64(r2 + 0, r0, r4)
                if r0 != r5 goto take_again
                r0 = r3
                exit
            take_other:
                r1 += 257
                if r1 < 4096 goto take_stack
                r0 = 0
                exit
            give:
                r3 &= 15
                r3 <<= 6
                r4 = ${free} ll
                r3 += r4
            give_again:
                r0 = *(u64 *)(r3 + 0)
                r4 = *(u64 *)(r2 + 0)
                w4 &= -2
                w4 += 2
                w4 |= 1
                r5 = r0
                r5 >>= 32
                r5 <<= 32
                r4 |= r5
                *(u64 *)(r2 + 0) = r4
                r4 = r0
                w4 &= -2
                w4 += 2
                r5 = r1
                r5 <<= 32
                r4 |= r5
                r5 = r0
                r0 = cmpxchg_64(r3 + 0, r0, r4)
                if r0 != r5 goto give_again
                exit
            """;

    private FreeNodeText() {}
}
