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
    private static final String STACK_ID = BpfText.resource("stack-id");

    private static final String DELETE = BpfText.resource("stack-delete");
}
