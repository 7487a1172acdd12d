package io.bpf4j.vm.map;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The maps of a run, by name and by the number that programs hold. */
public final class MapTable {

    private final List<BpfMap> maps;
    private final Map<Long, BpfMap> byHandle = new HashMap<>();

    /** Makes the table of maps with different names. */
    public MapTable(List<BpfMap> maps) {
        this.maps = List.copyOf(maps);
        for (BpfMap map : maps) {
            byHandle.put(map.handle(), map);
        }
    }

    /** Returns all maps, in the order in which they were given. */
    public List<BpfMap> all() {
        return maps;
    }

    /** Finds a map by its {@linkplain BpfMap#handle handle}; null if there is none. */
    public BpfMap byHandle(long handle) {
        return byHandle.get(handle);
    }

    /** Finds a map by name. */
    public Optional<BpfMap> byName(String name) {
        return maps.stream().filter(map -> map.spec().name().equals(name)).findFirst();
    }
}
