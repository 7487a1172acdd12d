package io.bpf4j.vm.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The regions of a memory that exist as long as it does: an immutable, sorted table. */
public final class Regions {

    private final Region[] sorted;

    /**
     * Makes the table.
     *
     * @throws IllegalArgumentException if two regions overlap
     */
    public Regions(List<Region> regions) {
        List<Region> list = new ArrayList<>(regions);
        list.sort(Comparator.comparingLong(Region::start));
        for (int i = 1; i < list.size(); i++) {
            if (list.get(i - 1).end() > list.get(i).start()) {
                throw new IllegalArgumentException(list.get(i - 1) + " overlaps " + list.get(i));
            }
        }
        sorted = list.toArray(Region[]::new);
    }

    /** Finds the region at or before an address: the only one that can contain it; null if there is none. */
    public Region nearest(long address) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = low + high >>> 1;
            if (sorted[middle].start() <= address) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? null : sorted[low - 1];
    }
}
