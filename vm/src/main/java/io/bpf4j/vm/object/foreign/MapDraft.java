package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.List;

/** The definition of a map while it is read. What the kernel would refuse but is meant clearly is set right. */
final class MapDraft {
    private static final int PAGE = 4096;
    private static final int MAX_SIZE = 1 << 30;

    private final String name;
    private int kind;
    private int entries;
    private int flags;
    private Type key = VoidType.VOID;
    private Type value = VoidType.VOID;
    private MapSpec inner;
    private List<MapRole.Slot> first = List.of();

    MapDraft(String name) {
        this.name = name;
    }

    void kind(int number) {
        kind = number;
    }

    void entries(int number) {
        entries = number;
    }

    void flags(int bits) {
        flags = bits;
    }

    void key(Type type) {
        key = agreed("key", key, type);
    }

    void value(Type type) {
        value = agreed("value", value, type);
    }

    void keySize(int size) {
        key(sized("key", size));
    }

    void valueSize(int size) {
        value(sized("value", size));
    }

    void inner(MapSpec spec) {
        inner = spec;
    }

    void first(List<MapRole.Slot> slots) {
        first = slots;
    }

    private Type sized(String what, int size) {
        if (size < 0 || size > MAX_SIZE) {
            throw new ObjectException(
                    "map " + name + " has a " + what + " of " + Integer.toUnsignedString(size)
                            + " bytes");
        }
        return size == 0 ? VoidType.VOID : ObjectTypes.opaque(size);
    }

    /** A type says more than a size, and both may be given. */
    private Type agreed(String what, Type before, Type now) {
        if (before == VoidType.VOID) {
            return now;
        }
        if (now != VoidType.VOID && before.size() != now.size()) {
            throw new ObjectException("map " + name + " has a " + what + " of " + before.size() + " and of "
                    + now.size() + " bytes");
        }
        return before;
    }

    /**
     * Makes the map.
     *
     * @param cpus the number of possible CPUs
     */
    MapSpec finish(int cpus) {
        MapKind found = MapKind.byNumber(kind).orElseThrow(
                () -> new ObjectException("map " + name + " is of type " + Integer.toUnsignedString(kind)
                        + ", which this version does not know"));
        return switch (found) {
            // The kernel takes no key and no value; some compilers' libraries give the type of the records as one.
            case RINGBUF, USER_RINGBUF ->
                new MapSpec(name, found, VoidType.VOID, VoidType.VOID, ringSize(), flags,
                        found == MapKind.RINGBUF ? new MapRole.Events(value) : new MapRole.Plain());
            case PERF_EVENT_ARRAY -> new MapSpec(name, found, IntType.U32, IntType.U32,
                    entries == 0 ? cpus : entries, flags, new MapRole.Events(record()));
            case PROG_ARRAY -> new MapSpec(name, found, IntType.U32, IntType.U32, entries, flags,
                    first.isEmpty() ? new MapRole.Plain() : new MapRole.Programs(first));
            case ARRAY_OF_MAPS, HASH_OF_MAPS -> outer(found);
            case CGROUP_ARRAY -> new MapSpec(name, found, IntType.U32, IntType.U32, entries, flags,
                    new MapRole.Plain());
            default -> new MapSpec(name, found, key, value, entries, flags, new MapRole.Plain());
        };
    }

    /** Perf buffers have descriptors as values; a value of another size is the type of the records. */
    private Type record() {
        return value.size() == Integer.BYTES ? VoidType.VOID : value;
    }

    private MapSpec outer(MapKind found) {
        if (inner == null) {
            throw new ObjectException(
                    "map " + name + " holds maps, but the object does not say of what kind");
        }
        Type outerKey = key == VoidType.VOID ? IntType.U32 : key;
        return new MapSpec(name, found, outerKey, IntType.U32, entries, flags,
                new MapRole.Outer(inner, first));
    }

    /** The kernel wants a power of two of whole pages (tools/lib/bpf/libbpf.c, adjust_ringbuf_sz). */
    private int ringSize() {
        if (entries <= 0 || entries > MAX_SIZE) {
            return entries;
        }
        int size = Math.max(entries, PAGE);
        return Integer.bitCount(size) == 1 ? size : Integer.highestOneBit(size) << 1;
    }
}
