package io.bpf4j.vm.jit.x64.runtime;

import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.map.layout.KeyHash;
import io.bpf4j.vm.map.layout.MapPlan;
import java.util.List;

/** The routines of maps of stack traces ({@link io.bpf4j.vm.map.StackTraceMap}) as text. */
final class TraceText {

    /** The labels of all routines. */
    static final List<String> ENTRIES = List.of("stack_id", "delete", "walk", "take", "give");

    private final BpfText text;

    TraceText(MapPlan plan, long arena) {
        this.text = new BpfText().set("free", arena + plan.freeStacks()).set("nodeStride", plan.nodeStride())
                .set("nodes", arena + plan.nodes() - plan.nodeStride()).set("slots", arena + plan.buckets())
                .set("shift", plan.bucketShift()).set("ids", plan.bucketCount()).set("factor", KeyHash.FACTOR)
                .set("kept", plan.spec().valueSize() / Long.BYTES).set("deepest", StackWalk.DEEPEST)
                .set("scratch", ThreadBlock.SCRATCH.offset());
    }

    /** Returns the text of all routines. */
    String text() {
        return text.fill(STACK_ID + DELETE + StackWalk.TEXT + FreeNodeText.TEXT);
    }

    /** R6: flags, R7: how many addresses count, R8: where they are, R9: their hash. */
    private static final String STACK_ID = """
            stack_id:
                r4 = r3
                r4 &= -2048
                if r4 != 0 goto stack_id_invalid
                r6 = r3
                r3 &= 256
                if r3 == 0 goto stack_id_none
                call walk
                r1 = r6
                r1 &= 255
                r2 = r1
                r2 += ${kept}
                if r2 <= ${deepest} goto stack_id_least
                r2 = ${deepest}
            stack_id_least:
                if r0 <= r2 goto stack_id_depth
                r0 = r2
            stack_id_depth:
                if r0 <= r1 goto stack_id_none
                r7 = r0
                r7 -= r1
                call ${BLOCK}
                r8 = r0
                r8 += ${scratch}
                r1 <<= 3
                r8 += r1
                r9 = 0
                r1 = r8
                r2 = r7
                r3 = ${factor} ll
            stack_id_hash:
                r4 = r9
                r4 <<= 5
                r9 >>= 59
                r9 |= r4
                r4 = *(u64 *)(r1 + 0)
                r9 ^= r4
                r9 *= r3
                r1 += 8
                r2 += -1
                if r2 != 0 goto stack_id_hash
                r1 = r9
                r1 >>= ${shift}
                r1 <<= 3
                r2 = ${slots} ll
                r1 += r2
                *(u64 *)(r10 - 520) = r1
            stack_id_again:
                r1 = *(u64 *)(r10 - 520)
                r2 = *(u64 *)(r1 + 0)
                r3 = r2
                r3 >>= 32
                if r3 == 0 goto stack_id_new
                r3 *= ${nodeStride}
                r4 = ${nodes} ll
                r3 += r4
                r0 = 0
                r4 = *(u32 *)(r3 + 12)
                if w4 != w9 goto stack_id_check
                if r6 & 512 goto stack_id_same
                r4 = *(u32 *)(r3 + 8)
                if w4 != w7 goto stack_id_check
                r4 = r8
                r5 = r7
            stack_id_compare:
                r0 = *(u64 *)(r3 + 16)
                r1 = *(u64 *)(r4 + 0)
                if r0 != r1 goto stack_id_other
                r3 += 8
                r4 += 8
                r5 += -1
                if r5 != 0 goto stack_id_compare
            stack_id_same:
                r0 = 1
                goto stack_id_check
            stack_id_other:
                r0 = 0
            stack_id_check:
                r1 = *(u64 *)(r10 - 520)
                r3 = *(u64 *)(r1 + 0)
                if r3 != r2 goto stack_id_again
                if r0 != 0 goto stack_id_found
                if r6 & 1024 goto stack_id_new
                r0 = -17
                exit
            stack_id_new:
                *(u64 *)(r10 - 528) = r2
                r1 = r9
                r1 >>= ${shift}
                call take
                if r0 == 0 goto stack_id_full
                r6 = r0
                r1 = r0
                r1 *= ${nodeStride}
                r2 = ${nodes} ll
                r1 += r2
                *(u32 *)(r1 + 8) = r7
                *(u32 *)(r1 + 12) = r9
                r1 += 16
                r2 = r8
                r4 = r7
                call ${COPY_WORDS}
                r4 = ${kept}
                r4 -= r7
                r0 = 0
                call ${FILL_WORDS}
                r1 = *(u64 *)(r10 - 520)
                r2 = *(u64 *)(r10 - 528)
                r6 <<= 32
            stack_id_swap:
                r3 = r2
                w3 &= -2
                w3 += 2
                r3 |= r6
                r0 = r2
                r0 = cmpxchg_64(r1 + 0, r0, r3)
                if r0 == r2 goto stack_id_swapped
                r2 = r0
                goto stack_id_swap
            stack_id_swapped:
                r2 >>= 32
                if r2 == 0 goto stack_id_found
                r1 = r2
                r2 *= ${nodeStride}
                r3 = ${nodes} ll
                r2 += r3
                r3 = r9
                r3 >>= ${shift}
                call give
            stack_id_found:
                r0 = r9
                r0 >>= ${shift}
                exit
            stack_id_full:
                r0 = -12
                exit
            stack_id_none:
                r0 = -14
                exit
            stack_id_invalid:
                r0 = -22
                exit
            """;

    private static final String DELETE = """
            delete:
                r6 = *(u32 *)(r2 + 0)
                if r6 >= ${ids} goto delete_unknown
                r7 = r6
                r7 <<= 3
                r1 = ${slots} ll
                r7 += r1
            delete_again:
                r2 = *(u64 *)(r7 + 0)
                r1 = r2
                r1 >>= 32
                if r1 == 0 goto delete_none
                r3 = r2
                w3 &= -2
                w3 += 2
                r0 = r2
                r0 = cmpxchg_64(r7 + 0, r0, r3)
                if r0 != r2 goto delete_again
                r2 = r1
                r2 *= ${nodeStride}
                r3 = ${nodes} ll
                r2 += r3
                r3 = r6
                call give
                r0 = 0
                exit
            delete_none:
                r0 = -2
                exit
            delete_unknown:
                r0 = -7
                exit
            """;
}
