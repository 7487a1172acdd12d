package io.bpf4j.vm.jit.x64.runtime;

import io.bpf4j.vm.jit.x64.CpuFeature;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.map.layout.ArenaDescriptor;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.program.MapRole;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the code for one process is made for; all of it becomes constants in the code.
 *
 * @param arena the address of the arena in the process
 * @param arenaBytes how much memory is there that is ours; to programs it is the kernel's
 * @param maps the arena's maps, in its order
 * @param processBlock the address of the {@link io.bpf4j.vm.jit.x64.ProcessBlock} in the process
 * @param invariantClock whether the processor's time stamps tell the time, else the kernel is asked
 * @param features what the processor can do
 * @param printRing the name of the ring for {@code bpf_trace_printk}; without one its texts are counted as lost
 */
public record RuntimeSettings(long arena, long arenaBytes, List<MapPlan> maps, long processBlock,
        UserReads reads,
        boolean invariantClock, Set<CpuFeature> features, Optional<String> printRing) {

    /** Copies the collections. */
    public RuntimeSettings {
        maps = List.copyOf(maps);
        features = Set.copyOf(features);
    }

    /** Returns the size of a {@link ThreadBlock} with the values of all scratch maps, in bytes, whole pages. */
    public int threadBlockBytes() {
        return (int) ArenaDescriptor.roundUp(scratchOffset(maps.size()), ArenaDescriptor.PAGE);
    }

    /** Returns whether each thread has the values of a map in its own block. */
    boolean isScratch(int map) {
        MapPlan plan = maps.get(map);
        return plan.spec().role() instanceof MapRole.Scratch && plan.spec().kind().perCpu();
    }

    /** Returns where the values of a scratch map are in a thread's block. */
    int scratchOffset(int map) {
        int offset = ThreadBlock.SCRATCH_VALUES.offset();
        for (int i = 0; i < map; i++) {
            if (isScratch(i)) {
                offset += maps.get(i).valueStride() * maps.get(i).spec().maxEntries();
            }
        }
        return offset;
    }

    /** Returns the address of a map's descriptor, by which programs name it. */
    long handle(int map) {
        return arena + ArenaDescriptor.descriptor(map);
    }

    /** Returns the number of the map of a name. */
    OptionalInt map(String name) {
        for (int i = 0; i < maps.size(); i++) {
            if (maps.get(i).spec().name().equals(name)) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }
}
