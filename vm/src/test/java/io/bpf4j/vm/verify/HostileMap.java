package io.bpf4j.vm.verify;

import io.bpf4j.vm.map.BpfMap;
import io.bpf4j.vm.memory.Region;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;
import java.util.List;
import java.util.Random;

/** A map that finds what it likes: null or any of its values, whatever the key; only arrays must have their keys. */
final class HostileMap implements BpfMap {

    /** How many values there are at most; programs cannot tell. */
    static final int VALUES = 16;
    /** Values are apart, so that what runs over the end of one is in none. */
    private static final int GAP = 64;

    private final MapSpec spec;
    private final long handle;
    private final long start;
    private final Random random;

    HostileMap(MapSpec spec, long handle, Random random) {
        this.spec = spec;
        this.handle = handle;
        this.start = handle + Long.BYTES;
        this.random = random;
    }

    static int bytes(MapSpec spec) {
        return Long.BYTES + VALUES * stride(spec);
    }

    private static int stride(MapSpec spec) {
        return Math.ceilDiv(spec.valueSize(), Long.BYTES) * Long.BYTES + GAP;
    }

    @Override
    public MapSpec spec() {
        return spec;
    }

    @Override
    public long handle() {
        return handle;
    }

    @Override
    public List<Region> regions() {
        boolean writable = (spec.flags() & MapSpec.READ_ONLY_FOR_PROGRAMS) == 0;
        return List
                .of(new Region("a value of map " + spec.name(), start, (long) VALUES * stride(spec), writable,
                        stride(spec), spec.valueSize()));
    }

    long value() {
        return start + (long) random.nextInt(VALUES) * stride(spec);
    }

    /** Finds the value of a key of an array. */
    long value(long key) {
        boolean array = spec.kind() == MapKind.ARRAY || spec.kind() == MapKind.PERCPU_ARRAY;
        if (array && Long.compareUnsigned(key, spec.maxEntries()) < 0) {
            return start + key % VALUES * stride(spec);
        }
        return array || random.nextBoolean() ? 0 : value();
    }

    @Override
    public long lookup(int shard, long key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long update(int shard, long key, long value, long flags) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long delete(long key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long push(long value, long flags) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long pop(long value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long peek(long value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long forEach(int shard, Visitor visitor) {
        throw new UnsupportedOperationException();
    }
}
