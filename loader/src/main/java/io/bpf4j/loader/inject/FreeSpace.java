package io.bpf4j.loader.inject;

import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.vm.patch.Range;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Free address ranges of a process from which code can reach an address by a 32-bit distance, and be reached. */
final class FreeSpace {
    /** 2 GiB less what instructions and operands at both ends may be apart. */
    private static final long REACH = (1L << 31) - (1L << 24);
    /** Below what mmap never gives (sysctl vm.mmap_min_addr is 64 KiB by default). */
    private static final long LOWEST = 1L << 20;
    /** The end of user space with page tables of four levels, which mmap keeps to unless asked otherwise. */
    private static final long HIGHEST = (1L << 47) - (1L << 16);
    private static final long PAGE = 4096;
    /** Left free below a stack, which grows: as much as ulimit -s allows in most places, eight times. */
    private static final long STACK_ROOM = 64L << 20;

    private record Gap(Range range, boolean afterHeap) {}

    private record Candidate(long address, boolean afterHeap, long distance) {}

    private final List<Gap> gaps = new ArrayList<>();

    /** Finds the gaps between mappings. */
    FreeSpace(MemoryMaps maps) {
        long from = LOWEST;
        boolean heap = false;
        for (Mapping mapping : maps.mappings()) {
            if (mapping.start() < 0) {
                break; // the vsyscall page
            }
            long room = mapping.name().startsWith("[stack") ? STACK_ROOM : 0;
            gaps.add(new Gap(new Range(from, Math.max(from, mapping.start() - room)), heap));
            from = Math.max(from, mapping.end());
            heap = mapping.name().equals("[heap]");
        }
        gaps.add(new Gap(new Range(from, Math.max(from, HIGHEST)), heap));
    }

    /**
     * Returns addresses for {@code length} bytes, the best first: near, and not where the heap would grow.
     *
     * @param near what has to be within reach
     */
    List<Long> near(long near, long length) {
        List<Candidate> candidates = new ArrayList<>();
        gaps.forEach(gap -> add(candidates, gap, near, length));
        return candidates.stream()
                .sorted(Comparator.comparing(Candidate::afterHeap).thenComparing(Candidate::distance))
                .map(Candidate::address).toList();
    }

    /** Notes that a range is not free any more. */
    void take(Range range) {
        List<Gap> left = new ArrayList<>();
        for (Gap gap : gaps) {
            long start = gap.range().start();
            long end = gap.range().end();
            if (range.end() <= start || range.start() >= end) {
                left.add(gap);
            } else {
                left.add(new Gap(new Range(start, Math.max(start, range.start())), gap.afterHeap()));
                left.add(new Gap(new Range(Math.min(end, range.end()), end), false));
            }
        }
        gaps.clear();
        gaps.addAll(left);
    }

    private static void add(List<Candidate> candidates, Gap gap, long near, long length) {
        long lowest = Math.max(gap.range().start(), near - REACH) + PAGE - 1 & -PAGE;
        long highest = Math.min(gap.range().end(), near + REACH) - length & -PAGE;
        if (lowest > highest) {
            return;
        }
        // The heap grows from below into its gap: keep as far away as possible.
        long address = gap.afterHeap() ? highest : Math.clamp(near & -PAGE, lowest, highest);
        candidates.add(new Candidate(address, gap.afterHeap(), Math.abs(address - near)));
    }
}
