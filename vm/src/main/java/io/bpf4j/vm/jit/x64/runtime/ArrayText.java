package io.bpf4j.vm.jit.x64.runtime;

import static io.bpf4j.vm.jit.x64.runtime.BpfText.copyIn;

import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.NodeDescriptor;
import java.util.List;

/** The routines of arrays ({@link io.bpf4j.vm.map.ArrayMap}) as text. */
final class ArrayText {

    private final MapPlan plan;
    private final BpfText text;
    /** Whether each thread has the values in its own block. */
    private final boolean scratch;

    ArrayText(MapPlan plan, RuntimeSettings settings, int map) {
        this.plan = plan;
        this.scratch = settings.isScratch(map);
        long arena = settings.arena();
        this.text = new BpfText().set("entries", plan.spec().maxEntries())
                .set("valueStride", plan.valueStride())
                .set("values", arena + plan.values()).set("shardBytes", plan.shardBytes())
                .set("shards", plan.shards()).set("keys", arena + plan.own())
                .set("lastLine", (plan.end() - plan.own()) / NodeDescriptor.CACHE_LINE - 1)
                .set("scratch", settings.scratchOffset(map));
    }

    /** Returns the labels of all routines. */
    List<String> entries() {
        return plan.spec().kind().perCpu()
                ? List.of("lookup", "update", "delete", "for_each", "lookup_shard")
                : List.of("lookup", "update", "delete", "for_each");
    }

    /** Returns the text of all routines. */
    String text() {
        String copy = copyIn("r8", plan.spec().valueSize());
        return text.fill("lookup:\n" + find("lookup") + "r0 = r1\nexit\nlookup_absent:\nr0 = 0\nexit\n"
                + UPDATE_START + find("update") + copy + UPDATE_END
                + (plan.spec().kind().perCpu() ? LOOKUP_SHARD : "")
                + FOR_EACH_START + shardOf("r9") + FOR_EACH_END);
    }

    /** Sets R1 to the address of the value whose key's address is R2. */
    private String find(String name) {
        return """
                    r1 = *(u32 *)(r2 + 0)
                    if r1 >= ${entries} goto @_absent
                    r1 *= ${valueStride}
                """.replace("@", name) + (scratch
                ? "call ${BLOCK}\nr1 += r0\nr1 += ${scratch}\n"
                : "r0 = ${values} ll\nr1 += r0\n" + shardOf("r1"));
    }

    /** Adds the offset of this thread's shard to a register. */
    private String shardOf(String register) {
        if (scratch) {
            return register.equals("r9") ? "call ${BLOCK}\nr9 = r0\nr9 += ${scratch}\n" : "";
        }
        return plan.shards() > 1
                ? "call ${SHARD}\nr0 *= ${shardBytes}\n" + register + " += r0\n"
                : "";
    }

    private static final String UPDATE_START = """
            update:
                r8 = r3
                r5 = r4
                r5 &= -5
                if r5 > 2 goto update_invalid
                r9 = r4
                r7 = r5
                r1 = *(u32 *)(r2 + 0)
                if r1 >= ${entries} goto update_absent
                if r7 == 1 goto update_exists
                if r7 != r9 goto update_invalid
            """;

    private static final String UPDATE_END = """
                r0 = 0
                exit
            update_absent:
                r0 = -7
                exit
            update_exists:
                r0 = -17
                exit
            update_invalid:
                r0 = -22
                exit
            delete:
                r0 = -22
                exit
            """;

    private static final String LOOKUP_SHARD = """
            lookup_shard:
                w3 = w3
                if r3 >= ${shards} goto lookup_shard_absent
                r1 = *(u32 *)(r2 + 0)
                if r1 >= ${entries} goto lookup_shard_absent
                r1 *= ${valueStride}
                r0 = ${values} ll
                r0 += r1
                r3 *= ${shardBytes}
                r0 += r3
                exit
            lookup_shard_absent:
                r0 = 0
                exit
            """;

    private static final String FOR_EACH_START = """
            for_each:
                if r4 != 0 goto for_each_invalid
                r7 = r2
                *(u64 *)(r10 - 520) = r1
                *(u64 *)(r10 - 528) = r3
                call ${SHARD}
                if r0 <= ${lastLine} goto for_each_line
                r0 = ${lastLine}
            for_each_line:
                r0 <<= 6
                r8 = ${keys} ll
                r8 += r0
                r9 = ${values} ll
                r6 = 0
            """;

    private static final String FOR_EACH_END = """
            for_each_next:
                *(u32 *)(r8 + 0) = r6
                r6 += 1
                r1 = *(u64 *)(r10 - 520)
                r2 = r8
                r3 = r9
                r9 += ${valueStride}
                r4 = *(u64 *)(r10 - 528)
                call ${CALL_BACK}
                if r0 != 0 goto for_each_out
                if r6 != ${entries} goto for_each_next
            for_each_out:
                r0 = r6
                exit
            for_each_invalid:
                r0 = -22
                exit
            """;
}
