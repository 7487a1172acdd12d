package io.bpf4j.loader.user;

import io.bpf4j.loader.SessionMap;
import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.program.MapSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.BiConsumer;

/** A map in the arena, as a session shows it. Of per-CPU kinds it has one value per shard. */
final class SharedMap implements SessionMap {

    private final ArenaMap map;

    SharedMap(ArenaMap map) {
        this.map = map;
    }

    @Override
    public MapSpec spec() {
        return map.spec();
    }

    @Override
    public int values() {
        return map.shards();
    }

    @Override
    public int stride() {
        return spec().kind().perCpu() ? map.plan().valueStride() : spec().valueSize();
    }

    /** Counts entries on their way to a handler. */
    private static final class Counting implements BiConsumer<byte[], byte[]> {
        private final EntryHandler handler;
        private long count;

        Counting(EntryHandler handler) {
            this.handler = handler;
        }

        @Override
        public void accept(byte[] key, byte[] value) {
            count++;
            handler.accept(little(key), little(value));
        }

        private static ByteBuffer little(byte[] bytes) {
            return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    @Override
    public long forEach(EntryHandler handler) {
        Counting counting = new Counting(handler);
        map.entries(counting);
        return counting.count;
    }

    @Override
    public long drain(EntryHandler handler) {
        Counting counting = new Counting(handler);
        map.drain(counting);
        return counting.count;
    }

    @Override
    public Optional<byte[]> lookup(byte[] key) {
        return map.get(key);
    }

    @Override
    public void update(byte[] key, byte[] value) {
        long result = map.put(key, value, 0);
        if (result < 0) {
            throw new IllegalStateException("map " + spec().name() + " cannot be updated: error " + -result);
        }
    }

    @Override
    public boolean delete(byte[] key) {
        return map.remove(key) != ErrorNumber.ENOENT.result();
    }

    @Override
    public void clear() {
        map.clear();
    }
}
