package io.bpf4j.vm.map;

import java.util.List;
import java.util.Optional;

/** The maps of a run, by name and by the number that programs hold. */
public final class MapTable {

    /** A multiplier that spreads handles: 2 to the 64 divided by the golden ratio. */
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

    private final List<BpfMap> maps;
    /** Open addressing by handle: found without making an object. */
    private final BpfMap[] slots;
    private final int shift;

    /** Makes the table of maps with different names. */
    public MapTable(List<BpfMap> maps) {
        this.maps = List.copyOf(maps);
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(2 * maps.size() + 1);
        this.slots = new BpfMap[1 << bits];
        this.shift = Long.SIZE - bits;
        for (BpfMap map : maps) {
            int slot = slot(map.handle());
            while (slots[slot] != null) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = map;
        }
    }

    private int slot(long handle) {
        return (int) (handle * SPREAD >>> shift);
    }

    /** Returns all maps, in the order in which they were given. */
    public List<BpfMap> all() {
        return maps;
    }

    /** Finds a map by its {@linkplain BpfMap#handle handle}; null if there is none. */
    public BpfMap byHandle(long handle) {
        int slot = slot(handle);
        while (slots[slot] != null && slots[slot].handle() != handle) {
            slot = slot + 1 & slots.length - 1;
        }
        return slots[slot];
    }

    /** Finds a map by name. */
    public Optional<BpfMap> byName(String name) {
        return maps.stream().filter(map -> map.spec().name().equals(name)).findFirst();
    }
}
