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

    private static final String QUEUE_PUSH = BpfText.resource("queue-push");

    /** Dequeue copies the oldest value to R1, unless that is 0; R0 is 0 if there is none. */
    private static final String QUEUE = BpfText.resource("queue-take");

    private static final String STACK_PUSH = BpfText.resource("stack-push");

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
