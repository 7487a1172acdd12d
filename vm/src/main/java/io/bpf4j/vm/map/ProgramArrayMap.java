package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.Region;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * An array of programs: programs use it for tail calls only (kernel/bpf/arraymap.c, prog_array_map_ops); who runs them
 * says by the addresses of its values which they are.
 */
final class ProgramArrayMap extends ArrayMap {

    ProgramArrayMap(Memory memory, long arena, long handle, MapPlan plan) {
        super(memory, arena, handle, plan);
    }

    @Override
    public List<Region> regions() {
        Region values = super.regions().getFirst();
        return List.of(new Region(values.name(), values.start(), values.size(), false, values.stride(),
                values.elementSize()));
    }

    @Override
    public long lookup(int shard, long key) {
        return 0;
    }

    @Override
    public long update(int shard, long key, long value, long flags) {
        return UNSUPPORTED;
    }

    @Override
    long erase(ByteBuffer from, int key) {
        return UNSUPPORTED;
    }

    @Override
    public long forEach(int shard, Visitor visitor) {
        return UNSUPPORTED;
    }
}
