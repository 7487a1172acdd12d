package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.ArenaDescriptor;
import io.bpf4j.vm.map.layout.MapDescriptor;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.MapSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The maps of a run in a block of memory that processes may share; see {@link ArenaDescriptor} for its layout. */
public final class MapArena {

    private final List<ArenaMap> maps;
    private final MapTable table;
    private final int shards;

    private MapArena(Memory memory, long start, List<MapPlan> plans, int shards) {
        List<ArenaMap> list = new ArrayList<>();
        for (MapPlan plan : plans) {
            list.add(ArenaMap.of(memory, start, start + ArenaDescriptor.descriptor(list.size()), plan));
        }
        this.maps = List.copyOf(list);
        this.table = new MapTable(List.copyOf(maps));
        this.shards = shards;
    }

    private static List<MapPlan> plans(List<MapSpec> specs, int shards) {
        if (shards < 1) {
            throw new IllegalArgumentException(shards + " shards");
        }
        List<MapPlan> plans = new ArrayList<>();
        long at = ArenaDescriptor.parts(specs.size());
        for (MapSpec spec : specs) {
            MapPlan plan = MapPlan.of(spec, shards, at);
            plans.add(plan);
            at = plan.end();
        }
        return plans;
    }

    private static long end(List<MapPlan> plans) {
        return plans.isEmpty() ? ArenaDescriptor.parts(0) : plans.getLast().end();
    }

    /**
     * Returns how many bytes an arena takes.
     *
     * @param shards how many values a key of a per-CPU map has: one for each thread that runs programs
     * @throws IllegalArgumentException if one of the maps cannot exist
     */
    public static long bytes(List<MapSpec> specs, int shards) {
        return end(plans(specs, shards));
    }

    /**
     * Makes an arena.
     *
     * @param memory in which {@link #bytes} bytes from the start on are zeros, as fresh memory is
     * @param start its address, a multiple of 4096
     * @throws IllegalArgumentException if one of the maps cannot exist
     */
    public static MapArena create(Memory memory, long start, List<MapSpec> specs, int shards) {
        List<MapPlan> plans = plans(specs, shards);
        requireRoom(memory, start, end(plans));
        MapArena arena = new MapArena(memory, start, plans, shards);
        memory.putInt(start + ArenaDescriptor.VERSION, ArenaDescriptor.LAYOUT_VERSION);
        memory.putInt(start + ArenaDescriptor.MAP_COUNT, specs.size());
        memory.putLong(start + ArenaDescriptor.SIZE, end(plans));
        memory.putInt(start + ArenaDescriptor.SHARDS, shards);
        for (int i = 0; i < plans.size(); i++) {
            describe(memory, start + ArenaDescriptor.descriptor(i), plans.get(i));
            arena.maps.get(i).format();
        }
        memory.putLongRelease(start + ArenaDescriptor.MAGIC, ArenaDescriptor.READY);
        return arena;
    }

    /**
     * Opens an arena that somebody made, perhaps another process at another address.
     *
     * @param start its address here, a multiple of 4096
     * @throws IllegalArgumentException if there is no arena of these maps
     */
    public static MapArena open(Memory memory, long start, List<MapSpec> specs) {
        requireRoom(memory, start, ArenaDescriptor.parts(specs.size()));
        int version = memory.getInt(start + ArenaDescriptor.VERSION);
        if (memory.getLongAcquire(start + ArenaDescriptor.MAGIC) != ArenaDescriptor.READY
                || version != ArenaDescriptor.LAYOUT_VERSION) {
            throw new IllegalArgumentException(
                    "no arena of layout " + ArenaDescriptor.LAYOUT_VERSION + " at 0x"
                            + Long.toHexString(start));
        }
        int shards = memory.getInt(start + ArenaDescriptor.SHARDS);
        List<MapPlan> plans = plans(specs, shards);
        if (memory.getInt(start + ArenaDescriptor.MAP_COUNT) != specs.size()
                || memory.getLong(start + ArenaDescriptor.SIZE) != end(plans)) {
            throw new IllegalArgumentException(
                    "the arena at 0x" + Long.toHexString(start) + " has other maps");
        }
        requireRoom(memory, start, end(plans));
        for (int i = 0; i < plans.size(); i++) {
            requireSame(memory, start + ArenaDescriptor.descriptor(i), plans.get(i));
        }
        return new MapArena(memory, start, plans, shards);
    }

    private static void requireRoom(Memory memory, long start, long bytes) {
        if ((start & ArenaDescriptor.PAGE - 1) != 0) {
            throw new IllegalArgumentException("0x" + Long.toHexString(start) + " is not a page address");
        }
        if (bytes > memory.size() || start < memory.base() || start - memory.base() > memory.size() - bytes) {
            throw new IllegalArgumentException(bytes + " bytes at 0x" + Long.toHexString(start)
                    + " are not in the memory of " + memory.size() + " bytes at 0x"
                    + Long.toHexString(memory.base()));
        }
    }

    private static void describe(Memory memory, long at, MapPlan plan) {
        MapSpec spec = plan.spec();
        memory.putInt(at + MapDescriptor.KIND, spec.kind().number());
        memory.putInt(at + MapDescriptor.FLAGS, spec.flags());
        memory.putInt(at + MapDescriptor.KEY_SIZE, spec.keySize());
        memory.putInt(at + MapDescriptor.VALUE_SIZE, spec.valueSize());
        memory.putInt(at + MapDescriptor.MAX_ENTRIES, spec.maxEntries());
        memory.putInt(at + MapDescriptor.SHARDS, plan.shards());
        memory.putInt(at + MapDescriptor.VALUE_STRIDE, plan.valueStride());
        memory.putInt(at + MapDescriptor.NODE_STRIDE, plan.nodeStride());
        memory.putInt(at + MapDescriptor.NODE_COUNT, plan.nodeCount());
        memory.putInt(at + MapDescriptor.BUCKET_SHIFT, plan.bucketShift());
        memory.putLong(at + MapDescriptor.VALUES, plan.values());
        memory.putLong(at + MapDescriptor.SHARD_BYTES, plan.shardBytes());
        memory.putLong(at + MapDescriptor.NODES, plan.nodes());
        memory.putLong(at + MapDescriptor.BUCKETS, plan.buckets());
        memory.putLong(at + MapDescriptor.FREE_STACKS, plan.freeStacks());
        memory.putLong(at + MapDescriptor.OWN, plan.own());
        byte[] name = spec.name().getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < Math.min(name.length, MapDescriptor.NAME_BYTES); i++) {
            memory.putBytes(at + MapDescriptor.NAME + i, new byte[]{name[i]});
        }
    }

    private static void requireSame(Memory memory, long at, MapPlan plan) {
        MapSpec spec = plan.spec();
        if (memory.getInt(at + MapDescriptor.KIND) != spec.kind().number()
                || memory.getInt(at + MapDescriptor.FLAGS) != spec.flags()
                || memory.getInt(at + MapDescriptor.KEY_SIZE) != spec.keySize()
                || memory.getInt(at + MapDescriptor.VALUE_SIZE) != spec.valueSize()
                || memory.getInt(at + MapDescriptor.MAX_ENTRIES) != spec.maxEntries()) {
            throw new IllegalArgumentException(
                    "the arena's map in place of " + spec.name() + " is another one");
        }
    }

    /** Returns the maps, as a machine takes them. */
    public MapTable table() {
        return table;
    }

    /** Returns the maps, in the order in which they were given. */
    public List<ArenaMap> maps() {
        return maps;
    }

    /** Finds a map by name. */
    public Optional<ArenaMap> map(String name) {
        return maps.stream().filter(map -> map.spec().name().equals(name)).findFirst();
    }

    /** Returns how many values a key of a per-CPU map has. */
    public int shards() {
        return shards;
    }
}
