package io.bpf4j.loader.elf;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * From a file offset to the function that holds it, for stacks: sorted arrays and binary search, 16 bytes for each
 * function; names become strings when they are first asked for. Valid as long as the file with the symbol table is
 * open; safe for many threads.
 */
public final class SymbolIndex {

    /**
     * A place within a function.
     *
     * @param name   of the function, mangled, without its version
     * @param offset bytes from its first instruction
     */
    public record Place(String name, long offset) {
        @Override
        public String toString() {
            return name + "+0x" + Long.toHexString(offset);
        }
    }

    /** Knows no function. */
    static final SymbolIndex EMPTY = new SymbolIndex(null, new long[0], new int[0], new int[0]);

    /** A sort key is a file offset (below 1 TiB) above the number of the symbol, so that no object is made to sort. */
    private static final int ORDINAL_BITS = 23;
    private static final long MAXIMUM_OFFSET = 1L << Long.SIZE - 1 - ORDINAL_BITS;
    /** Sizes are kept as unsigned 32-bit numbers. */
    private static final long MAXIMUM_SIZE = 0xffffffffL;
    /** How many functions that start before a place and end before it too are passed over: code within code is rare. */
    private static final int NESTING = 16;

    private final SymbolTable table;
    private final long[] starts;
    private final int[] sizes;
    private final int[] nameOffsets;
    private final String[] names;

    private SymbolIndex(SymbolTable table, long[] starts, int[] sizes, int[] nameOffsets) {
        this.table = table;
        this.starts = starts;
        this.sizes = sizes;
        this.nameOffsets = nameOffsets;
        this.names = new String[starts.length];
    }

    /**
     * @param code  the file whose segments place the addresses
     * @param table its symbols, perhaps from a separate debug file
     */
    static SymbolIndex of(ElfFile code, SymbolTable table) {
        var collector = new Collector(code, (int) Math.min(table.count(), 1 << ORDINAL_BITS));
        table.scan(collector);
        return collector.index(table);
    }

    /**
     * The bytes of a function.
     *
     * @param start file offset of its first instruction
     * @param size  in bytes, positive
     */
    public record Extent(long start, long size) {}

    /** File offsets of the functions' first instructions, ascending. */
    public long[] starts() {
        return starts.clone();
    }

    /** The innermost function that holds the byte at {@code fileOffset}. */
    public Optional<Extent> extent(long fileOffset) {
        int found = indexOf(fileOffset);
        return found < 0
                ? Optional.empty()
                : Optional.of(new Extent(starts[found], Integer.toUnsignedLong(sizes[found])));
    }

    /** Number of functions that start at different places. */
    public int size() {
        return starts.length;
    }

    /**
     * The function that holds this byte; a function of unknown size reaches to the next one or to
     * the end of its segment.
     *
     * @param fileOffset bytes from the start of the file
     */
    public Optional<Place> find(long fileOffset) {
        int found = indexOf(fileOffset);
        return found < 0 ? Optional.empty() : Optional.of(new Place(name(found), fileOffset - starts[found]));
    }

    private int indexOf(long fileOffset) {
        int found = Arrays.binarySearch(starts, fileOffset);
        int last = found >= 0 ? found : -found - 2;
        for (int i = last; i >= 0 && i > last - NESTING; i--) {
            if (fileOffset - starts[i] < Integer.toUnsignedLong(sizes[i])) {
                return i;
            }
        }
        return -1;
    }

    private String name(int i) {
        String name = names[i];
        if (name == null) {
            name = table.nameAt(Integer.toUnsignedLong(nameOffsets[i]));
            names[i] = name;
        }
        return name;
    }

    /** Gathers the functions in the order of the table, then sorts them and keeps the best name of each place. */
    private static final class Collector implements SymbolTable.Visitor {

        private final ElfFile code;
        private final int capacity;
        private long[] keys = new long[64];
        private int[] sizes = new int[64];
        private int[] names = new int[64];
        private byte[] ranks = new byte[64];
        private int count;

        Collector(ElfFile code, int capacity) {
            this.code = code;
            this.capacity = capacity;
        }

        @Override
        public void visit(long index, ByteBuffer buffer, int at) {
            SymbolType type = SymbolDescriptor.type(buffer, at);
            long size = SymbolDescriptor.size(buffer, at);
            if (!type.isFunction() && (type != SymbolType.NONE || size == 0)
                    || SymbolDescriptor.sectionIndex(buffer, at) == 0 || count == capacity) {
                return;
            }
            OptionalLong offset = code.fileOffset(SymbolDescriptor.address(buffer, at));
            if (offset.isEmpty() || offset.getAsLong() >= MAXIMUM_OFFSET) {
                return;
            }
            if (count == keys.length) {
                keys = Arrays.copyOf(keys, 2 * count);
                sizes = Arrays.copyOf(sizes, 2 * count);
                names = Arrays.copyOf(names, 2 * count);
                ranks = Arrays.copyOf(ranks, 2 * count);
            }
            keys[count] = offset.getAsLong() << ORDINAL_BITS | count;
            sizes[count] = (int) (Long.compareUnsigned(size, MAXIMUM_SIZE) > 0 ? MAXIMUM_SIZE : size);
            names[count] = (int) SymbolDescriptor.name(buffer, at);
            ranks[count] = (byte) SymbolDescriptor.binding(buffer, at).ordinal();
            count++;
        }

        SymbolIndex index(SymbolTable table) {
            Arrays.sort(keys, 0, count);
            long[] starts = new long[count];
            int[] sortedSizes = new int[count];
            int[] sortedNames = new int[count];
            int n = 0;
            byte rank = 0;
            for (int i = 0; i < count; i++) {
                long start = keys[i] >>> ORDINAL_BITS;
                int from = (int) keys[i] & (1 << ORDINAL_BITS) - 1;
                boolean alias = n > 0 && starts[n - 1] == start;
                boolean better = sizes[from] != 0
                        && (!alias || sortedSizes[n - 1] == 0 || ranks[from] < rank);
                if (alias && !better) {
                    continue;
                }
                int to = alias ? n - 1 : n++;
                starts[to] = start;
                sortedSizes[to] = sizes[from];
                sortedNames[to] = names[from];
                rank = ranks[from];
            }
            for (int i = 0; i < n; i++) {
                if (sortedSizes[i] == 0) {
                    long end = Math.min(i + 1 < n ? starts[i + 1] : Long.MAX_VALUE, segmentEnd(starts[i]));
                    sortedSizes[i] = (int) Math.min(end - starts[i], MAXIMUM_SIZE);
                }
            }
            return new SymbolIndex(table, Arrays.copyOf(starts, n), Arrays.copyOf(sortedSizes, n),
                    Arrays.copyOf(sortedNames, n));
        }

        private long segmentEnd(long offset) {
            for (Segment segment : code.segments()) {
                if (segment.holdsOffset(offset)) {
                    return segment.offset() + segment.fileSize();
                }
            }
            return offset;
        }
    }
}
