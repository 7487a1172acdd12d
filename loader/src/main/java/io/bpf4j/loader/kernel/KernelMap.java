package io.bpf4j.loader.kernel;

import io.bpf4j.loader.SessionMap;
import io.bpf4j.loader.sys.Cpus;
import io.bpf4j.loader.sys.Errno;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.MapCalls;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A map in the kernel; owns its descriptor. */
public final class KernelMap implements SessionMap, AutoCloseable {
    private static final int ENTRIES_PER_CALL = 512;
    private static final Set<MapKind> FIXED_ENTRIES = Set.of(MapKind.ARRAY, MapKind.PERCPU_ARRAY);
    private static final Set<MapKind> WITHOUT_BATCHES = Set.of(MapKind.STACK_TRACE, MapKind.QUEUE,
            MapKind.STACK);

    private static final byte[] FIRST = {};

    private final MapSpec spec;
    private final Fd fd;
    private final MapCalls calls;
    private final int values;

    KernelMap(MapSpec spec, Fd fd, MapCalls calls) {
        this.spec = spec;
        this.fd = fd;
        this.calls = calls;
        this.values = spec.kind().perCpu() ? Cpus.possible().length : 1;
    }

    /** Returns the map's descriptor, which stays this object's. */
    public Fd fd() {
        return fd;
    }

    @Override
    public MapSpec spec() {
        return spec;
    }

    @Override
    public int values() {
        return values;
    }

    @Override
    public int stride() {
        int size = spec.valueSize();
        return spec.kind().perCpu() ? (size + Long.BYTES - 1) & -Long.BYTES : size;
    }

    private int entrySize() {
        return values * stride();
    }

    @Override
    public long forEach(EntryHandler handler) {
        if (!WITHOUT_BATCHES.contains(spec.kind())) {
            try {
                return calls.forEach(fd, shape(), ENTRIES_PER_CALL, views(handler));
            } catch (SystemCallException e) {
                requireMissingBatches(e);
            }
        }
        return oneByOne(handler, false);
    }

    @Override
    public long drain(EntryHandler handler) {
        if (!FIXED_ENTRIES.contains(spec.kind()) && !WITHOUT_BATCHES.contains(spec.kind())) {
            try {
                return calls.drain(fd, shape(), ENTRIES_PER_CALL, views(handler));
            } catch (SystemCallException e) {
                requireMissingBatches(e);
            }
        }
        return oneByOne(handler, true);
    }

    /** Batches came with Linux 5.6, and not for every kind at once (kernel/bpf/syscall.c, BPF_DO_BATCH). */
    private static void requireMissingBatches(SystemCallException e) {
        if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOTSUPP) {
            throw e;
        }
    }

    private MapCalls.Shape shape() {
        return new MapCalls.Shape(spec.keySize(), entrySize());
    }

    private MapCalls.EntryHandler views(EntryHandler handler) {
        return (keys, keyOffset, bytes, valueOffset) -> handler.accept(slice(keys, keyOffset, spec.keySize()),
                slice(bytes, valueOffset, entrySize()));
    }

    private static ByteBuffer slice(ByteBuffer buffer, int offset, int length) {
        return buffer.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private long oneByOne(EntryHandler handler, boolean remove) {
        long count = 0;
        for (byte[] key : keys()) {
            Optional<byte[]> value = lookup(key);
            if (value.isPresent()) {
                handler.accept(little(key), little(value.get()));
                count++;
                if (remove) {
                    reset(key);
                }
            }
        }
        return count;
    }

    private List<byte[]> keys() {
        List<byte[]> keys = new ArrayList<>();
        Optional<byte[]> key = calls.nextKey(fd, FIRST, spec.keySize());
        while (key.isPresent()) {
            keys.add(key.get());
            key = calls.nextKey(fd, key.get(), spec.keySize());
        }
        return keys;
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void reset(byte[] key) {
        if (FIXED_ENTRIES.contains(spec.kind())) {
            update(key, new byte[entrySize()]);
        } else {
            delete(key);
        }
    }

    @Override
    public Optional<byte[]> lookup(byte[] key) {
        return calls.lookup(fd, key, entrySize());
    }

    @Override
    public void update(byte[] key, byte[] value) {
        calls.update(fd, key, value, MapCalls.Update.ALWAYS);
    }

    /** Puts a map or program into an array of such; it stays there also when the descriptor is closed. */
    void put(int index, Fd element) {
        update(little(Integer.BYTES).putInt(0, index).array(),
                little(Integer.BYTES).putInt(0, element.number()).array());
    }

    private static ByteBuffer little(int size) {
        return little(new byte[size]);
    }

    @Override
    public boolean delete(byte[] key) {
        return calls.delete(fd, key);
    }

    @Override
    public void clear() {
        if (FIXED_ENTRIES.contains(spec.kind())) {
            keys().forEach(this::reset);
        } else {
            drain((key, value) -> {});
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
