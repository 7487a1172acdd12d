package io.bpf4j.vm.jit.x64.runtime;

import static io.bpf4j.vm.jit.x64.runtime.BpfText.copyIn;
import static io.bpf4j.vm.jit.x64.runtime.BpfText.copyOut;

import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.QueueDescriptor;
import io.bpf4j.vm.program.MapKind;
import java.util.List;

/** The routines of queues and stacks ({@link io.bpf4j.vm.map.QueueMap}, {@link io.bpf4j.vm.map.StackMap}) as text. */
final class QueueText {

    /** The labels of all routines. */
    static final List<String> ENTRIES = List.of("push", "pop", "peek", "take", "give", "dequeue");

    private final MapPlan plan;
    private final BpfText text;

    QueueText(MapPlan plan, long arena) {
        this.plan = plan;
        int size = plan.spec().valueSize();
        this.text = new BpfText().set("free", arena + plan.freeStacks()).set("nodeStride", plan.nodeStride())
                .set("nodes", arena + plan.nodes() - plan.nodeStride()).set("most", plan.spec().maxEntries())
                .set("head", arena + plan.own() + QueueDescriptor.HEAD)
                .set("tail", arena + plan.own() + QueueDescriptor.TAIL)
                .set("top", arena + plan.own() + QueueDescriptor.TOP).set("copyOut", copyOut(size))
                .set("copyIn", copyIn("r6", size)).set("clear", BpfText.clear(size));
    }

    /** Returns the text of all routines. */
    String text() {
        return text.fill((plan.spec().kind() == MapKind.QUEUE
                ? QUEUE_PUSH + QUEUE
                : STACK_PUSH + take("pop", STACK_POP) + take("peek", STACK_PEEK) + "dequeue:\nr0 = 0\nexit\n")
                + FreeNodeText.TEXT);
    }

    private static final String QUEUE_PUSH = """
            push:
                if r3 == 0 goto push_begin
                if r3 != 2 goto push_invalid
            push_begin:
                r6 = r2
                r7 = r3
            push_take:
                r1 = 0
                call take
                if r0 != 0 goto push_got
                if r7 != 2 goto push_full
                r1 = 0
                call dequeue
                goto push_take
            push_got:
                r8 = r0
                r9 = r0
                r9 *= ${nodeStride}
                r1 = ${nodes} ll
                r9 += r1
                r1 = r9
                r1 += 8
                ${copyIn}
                r0 = *(u64 *)(r9 + 0)
                w0 &= -2
                w0 += 2
                *(u64 *)(r9 + 0) = r0
                r6 = ${tail} ll
            push_again:
                r7 = *(u64 *)(r6 + 0)
                r4 = r7
                r4 >>= 32
                r4 *= ${nodeStride}
                r5 = ${nodes} ll
                r4 += r5
                r5 = *(u64 *)(r4 + 0)
                r0 = *(u64 *)(r6 + 0)
                if r0 != r7 goto push_again
                r0 = r5
                r0 >>= 32
                if r0 != 0 goto push_help
                r1 = r5
                w1 &= -2
                w1 += 2
                r2 = r8
                r2 <<= 32
                r1 |= r2
                r0 = r5
                r0 = cmpxchg_64(r4 + 0, r0, r1)
                if r0 != r5 goto push_again
                r1 = r7
                w1 &= -2
                w1 += 2
                r1 |= r2
                r0 = r7
                r0 = cmpxchg_64(r6 + 0, r0, r1)
                r0 = 0
                exit
            push_help:
                r0 <<= 32
                r1 = r7
                w1 &= -2
                w1 += 2
                r1 |= r0
                r0 = r7
                r0 = cmpxchg_64(r6 + 0, r0, r1)
                goto push_again
            push_full:
                r0 = -7
                exit
            push_invalid:
                r0 = -22
                exit
            """;

    /** Dequeue copies the oldest value to R1, unless that is 0; R0 is 0 if there is none. */
    private static final String QUEUE = """
            dequeue:
                r9 = r1
                r6 = ${head} ll
            dequeue_again:
                r7 = *(u64 *)(r6 + 0)
                r2 = ${tail} ll
                r3 = *(u64 *)(r2 + 0)
                r4 = r7
                r4 >>= 32
                r1 = r4
                r4 *= ${nodeStride}
                r5 = ${nodes} ll
                r4 += r5
                r8 = *(u64 *)(r4 + 0)
                r0 = *(u64 *)(r6 + 0)
                if r0 != r7 goto dequeue_again
                r8 >>= 32
                r4 = r3
                r4 >>= 32
                if r1 != r4 goto dequeue_value
                if r8 == 0 goto dequeue_empty
                r1 = r3
                w1 &= -2
                w1 += 2
                r8 <<= 32
                r1 |= r8
                r0 = r3
                r0 = cmpxchg_64(r2 + 0, r0, r1)
                goto dequeue_again
            dequeue_value:
                if r9 == 0 goto dequeue_swap
                r2 = r8
                r2 *= ${nodeStride}
                r1 = ${nodes} ll
                r2 += r1
                r2 += 8
                r1 = r9
                ${copyOut}
            dequeue_swap:
                r1 = r7
                w1 &= -2
                w1 += 2
                r8 <<= 32
                r1 |= r8
                r0 = r7
                r0 = cmpxchg_64(r6 + 0, r0, r1)
                if r0 != r7 goto dequeue_again
                r1 = r7
                r1 >>= 32
                r2 = r1
                r2 *= ${nodeStride}
                r3 = ${nodes} ll
                r2 += r3
                r3 = 0
                call give
                r0 = 1
                exit
            dequeue_empty:
                r0 = 0
                exit
            pop:
                r6 = r2
                r1 = r2
                call dequeue
                if r0 == 0 goto pop_nothing
                r0 = 0
                exit
            pop_nothing:
                r1 = r6
                ${clear}
                r0 = -2
                exit
            peek:
                r6 = r2
                r7 = ${head} ll
            peek_again:
                r8 = *(u64 *)(r7 + 0)
                r4 = r8
                r4 >>= 32
                r4 *= ${nodeStride}
                r5 = ${nodes} ll
                r4 += r5
                r9 = *(u64 *)(r4 + 0)
                r9 >>= 32
                if r9 == 0 goto peek_check
                r2 = r9
                r2 *= ${nodeStride}
                r5 = ${nodes} ll
                r2 += r5
                r2 += 8
                r1 = r6
                ${copyOut}
            peek_check:
                r0 = *(u64 *)(r7 + 0)
                if r0 != r8 goto peek_again
                if r9 == 0 goto peek_nothing
                r0 = 0
                exit
            peek_nothing:
                r1 = r6
                ${clear}
                r0 = -2
                exit
            """;

    private static final String STACK_PUSH = """
            push:
                if r3 == 0 goto push_begin
                if r3 != 2 goto push_invalid
            push_begin:
                r6 = r2
                r7 = r3
                if r7 == 2 goto push_take
                r1 = ${top} ll
                r0 = *(u64 *)(r1 + 0)
                r0 >>= 24
                r0 &= 0xfffff
                if r0 == ${most} goto push_full
            push_take:
                r1 = 0
                call take
                if r0 == 0 goto push_full
                r8 = r0
                r1 = r0
                r1 *= ${nodeStride}
                r2 = ${nodes} ll
                r1 += r2
                r1 += 8
                ${copyIn}
            push_again:
                r1 = ${top} ll
                r9 = *(u64 *)(r1 + 0)
                r2 = r9
                r2 >>= 24
                r2 &= 0xfffff
                r6 = 0
                if r2 != ${most} goto push_link
                if r7 != 2 goto push_back
                r6 = r9
                r6 >>= 44
                r4 = r2
                r2 += -1
            push_oldest:
                if r4 <= 1 goto push_link
                r3 = r6
                r3 *= ${nodeStride}
                r5 = ${nodes} ll
                r3 += r5
                r6 = *(u64 *)(r3 + 0)
                r6 >>= 32
                if r6 == 0 goto push_again
                r4 += -1
                goto push_oldest
            push_link:
                r3 = r8
                r3 *= ${nodeStride}
                r5 = ${nodes} ll
                r3 += r5
                r4 = *(u64 *)(r3 + 0)
                w4 &= -2
                w4 += 2
                r5 = r9
                r5 >>= 44
                r5 <<= 32
                r4 |= r5
                *(u64 *)(r3 + 0) = r4
                r2 += 1
                r2 <<= 24
                r4 = r8
                r4 <<= 44
                r4 |= r2
                r5 = r9
                r5 += 1
                r5 &= 0xffffff
                r4 |= r5
                r0 = r9
                r0 = cmpxchg_64(r1 + 0, r0, r4)
                if r0 != r9 goto push_again
                if r6 == 0 goto push_done
                r1 = r6
                r2 = r1
                r2 *= ${nodeStride}
                r3 = ${nodes} ll
                r2 += r3
                r3 = 0
                call give
            push_done:
                r0 = 0
                exit
            push_back:
                r1 = r8
                r2 = r1
                r2 *= ${nodeStride}
                r3 = ${nodes} ll
                r2 += r3
                r3 = 0
                call give
            push_full:
                r0 = -7
                exit
            push_invalid:
                r0 = -22
                exit
            """;

    /** Copies the newest value; the end says what becomes of it. */
    private static String take(String name, String end) {
        return """
                @:
                    r6 = r2
                    r7 = ${top} ll
                @_again:
                    r8 = *(u64 *)(r7 + 0)
                    r1 = r8
                    r1 >>= 24
                    r1 &= 0xfffff
                    if r1 == 0 goto @_nothing
                    r9 = r8
                    r9 >>= 44
                    r2 = r9
                    r2 *= ${nodeStride}
                    r1 = ${nodes} ll
                    r2 += r1
                    r2 += 8
                    r1 = r6
                    ${copyOut}
                #end#
                    r0 = 0
                    exit
                @_nothing:
                    r1 = r6
                    ${clear}
                    r0 = -2
                    exit
                """.replace("#end#", end).replace("@", name);
    }

    private static final String STACK_PEEK = """
                r0 = *(u64 *)(r7 + 0)
                if r0 != r8 goto @_again
            """;

    private static final String STACK_POP = """
                r2 = r8
                r2 >>= 24
                r2 &= 0xfffff
                r2 += -1
                r4 = 0
                if r2 == 0 goto @_swap
                r3 = r9
                r3 *= ${nodeStride}
                r4 = ${nodes} ll
                r3 += r4
                r4 = *(u64 *)(r3 + 0)
                r4 >>= 32
                r4 <<= 44
            @_swap:
                r2 <<= 24
                r4 |= r2
                r5 = r8
                r5 += 1
                r5 &= 0xffffff
                r4 |= r5
                r0 = r8
                r0 = cmpxchg_64(r7 + 0, r0, r4)
                if r0 != r8 goto @_again
                r1 = r9
                r2 = r1
                r2 *= ${nodeStride}
                r3 = ${nodes} ll
                r2 += r3
                r3 = 0
                call give
            """;
}
