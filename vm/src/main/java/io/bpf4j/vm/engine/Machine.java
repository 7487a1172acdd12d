package io.bpf4j.vm.engine;

import io.bpf4j.vm.map.BpfMap;
import io.bpf4j.vm.map.MapTable;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.Region;
import io.bpf4j.vm.memory.Regions;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What the programs of one session run on and share: memory, maps, helpers.
 *
 * <p>The caller lays out the memory: maps where it likes, and a block of {@link Execution#bytes} for each execution.
 */
public final class Machine {

    private final Memory memory;
    private final MapTable maps;
    private final HelperTable helpers;
    private final Regions regions;
    /** The programs of program arrays, by the address of the value that names them. */
    private final ConcurrentMap<Long, Executable> tailTargets = new ConcurrentHashMap<>();

    /** Makes a machine. */
    public Machine(Memory memory, MapTable maps, HelperTable helpers) {
        this.memory = memory;
        this.maps = maps;
        this.helpers = helpers;
        List<Region> all = maps.all().stream().map(BpfMap::regions).flatMap(List::stream).toList();
        this.regions = new Regions(all);
    }

    /** Returns the memory. */
    public Memory memory() {
        return memory;
    }

    /** Returns the maps. */
    public MapTable maps() {
        return maps;
    }

    /** Returns the helpers. */
    public HelperTable helpers() {
        return helpers;
    }

    /** Returns the regions of the maps. */
    Regions regions() {
        return regions;
    }

    /** Returns the program at an address in a program array; null if there is none. */
    public Executable tailTarget(long valueAddress) {
        return tailTargets.get(valueAddress);
    }

    /** Puts a program at an address in a program array, null to remove it. */
    public void setTailTarget(long valueAddress, Executable program) {
        if (program == null) {
            tailTargets.remove(valueAddress);
        } else {
            tailTargets.put(valueAddress, program);
        }
    }
}
