package io.bpf4j.loader.sys;

import java.util.OptionalInt;

/** The commands of {@code bpf()} that list and describe what is loaded. Stateless. */
public final class ObjectCalls {
    private final Kernel kernel;

    /** Calls on {@code kernel}. */
    public ObjectCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /** The kinds of objects that have system-wide ids. */
    public enum Kind {
        PROGRAM(Command.PROG_GET_NEXT_ID, Command.PROG_GET_FD_BY_ID), //
        MAP(Command.MAP_GET_NEXT_ID, Command.MAP_GET_FD_BY_ID), //
        BTF(Command.BTF_GET_NEXT_ID, Command.BTF_GET_FD_BY_ID), //
        LINK(Command.LINK_GET_NEXT_ID, Command.LINK_GET_FD_BY_ID);

        private final Command next;
        private final Command open;

        Kind(Command next, Command open) {
            this.next = next;
            this.open = open;
        }
    }

    /** What the kernel says of a map; sizes in bytes, of one CPU's value for per-CPU maps. */
    public record MapInfo(int type, int id, int keySize, int valueSize, int maxEntries, int flags,
            String name,
            int btfId) {}

    /** What the kernel says of a program; run time and count are 0 unless its statistics are switched on. */
    public record ProgramInfo(int type, int id, String name, int machineBytes, int instructionBytes,
            long runNanoseconds,
            long runs, long missed, int verifiedInstructions) {}

    /** The smallest id larger than {@code id}, if there is one. */
    public OptionalInt nextId(Kind kind, int id) {
        try (var memory = new NativeMemory()) {
            var attribute = memory.allocate(ObjectIdDescriptor.LENGTH);
            attribute.bytes().putInt(ObjectIdDescriptor.START_ID, id);
            long result = kernel.bpf(kind.next, attribute);
            if (SystemCallException.isError(result) && SystemCallException.errnoOf(result) == Errno.ENOENT) {
                return OptionalInt.empty();
            }
            SystemCallException.check(result, kind.next.call(), () -> "listing after id " + id);
            return OptionalInt.of(attribute.bytes().getInt(ObjectIdDescriptor.NEXT_ID));
        }
    }

    /** Opens the object with an id. */
    public Fd open(Kind kind, int id) {
        try (var memory = new NativeMemory()) {
            var attribute = memory.allocate(ObjectIdDescriptor.LENGTH);
            attribute.bytes().putInt(ObjectIdDescriptor.START_ID, id);
            return kernel.bpfFd(kind.open, attribute, () -> "opening the object of id " + id);
        }
    }

    /** Describes a map. */
    public MapInfo mapInfo(Fd map) {
        try (var memory = new NativeMemory()) {
            var info = info(memory, map, MapInfoDescriptor.LENGTH);
            var bytes = info.bytes();
            return new MapInfo(bytes.getInt(MapInfoDescriptor.TYPE), bytes.getInt(MapInfoDescriptor.ID),
                    bytes.getInt(MapInfoDescriptor.KEY_SIZE), bytes.getInt(MapInfoDescriptor.VALUE_SIZE),
                    bytes.getInt(MapInfoDescriptor.MAX_ENTRIES), bytes.getInt(MapInfoDescriptor.MAP_FLAGS),
                    ObjectName.read(info, MapInfoDescriptor.NAME), bytes.getInt(MapInfoDescriptor.BTF_ID));
        }
    }

    /** Describes a program. */
    public ProgramInfo programInfo(Fd program) {
        try (var memory = new NativeMemory()) {
            var info = info(memory, program, ProgramInfoDescriptor.LENGTH);
            var bytes = info.bytes();
            return new ProgramInfo(bytes.getInt(ProgramInfoDescriptor.TYPE),
                    bytes.getInt(ProgramInfoDescriptor.ID),
                    ObjectName.read(info, ProgramInfoDescriptor.NAME),
                    bytes.getInt(ProgramInfoDescriptor.JITED_PROG_LEN),
                    bytes.getInt(ProgramInfoDescriptor.XLATED_PROG_LEN),
                    bytes.getLong(ProgramInfoDescriptor.RUN_TIME_NS),
                    bytes.getLong(ProgramInfoDescriptor.RUN_CNT),
                    bytes.getLong(ProgramInfoDescriptor.RECURSION_MISSES),
                    bytes.getInt(ProgramInfoDescriptor.VERIFIED_INSNS));
        }
    }

    /** The kernel fills what it knows and leaves the rest 0, so older kernels answer too. */
    private NativeMemory.Block info(NativeMemory memory, Fd object, int length) {
        var info = memory.allocate(length);
        var attribute = memory.allocate(ObjectInfoDescriptor.LENGTH);
        attribute.bytes().putInt(ObjectInfoDescriptor.BPF_FD, object.number())
                .putInt(ObjectInfoDescriptor.INFO_LEN, length)
                .putLong(ObjectInfoDescriptor.INFO, info.address());
        kernel.requireBpf(Command.OBJ_GET_INFO_BY_FD, attribute, () -> "describing the object of " + object);
        return info;
    }
}
