package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.memory.Memory;
import java.nio.ByteBuffer;

/** What queues and stacks share: nodes with values and no keys. */
abstract class KeylessMap extends ArenaMap {

    final FreeNodes free;
    private final int nodes;
    private final int nodeStride;

    KeylessMap(Memory memory, long arena, long handle, MapPlan plan) {
        super(memory, arena, handle, plan);
        this.nodes = origin + (int) plan.nodes();
        this.nodeStride = plan.nodeStride();
        this.free = new FreeNodes(buffer, origin + (int) plan.freeStacks(), nodes, nodeStride);
    }

    @Override
    void format() {
        free.format(plan().nodeCount());
    }

    /** Returns where a node starts in the buffer. */
    final int place(int node) {
        return nodes + node * nodeStride;
    }

    @Override
    final long write(int shard, ByteBuffer keys, int key, ByteBuffer values, int value, long flags) {
        return INVALID;
    }

    @Override
    final long erase(ByteBuffer keys, int key) {
        return INVALID;
    }

    /** Says that there is no value: what the caller gave is zero afterwards, as in the kernel. */
    final long nothing(ByteBuffer values, int value) {
        for (int i = 0; i < valueSize; i++) {
            values.put(value + i, (byte) 0);
        }
        return NOT_FOUND;
    }
}
