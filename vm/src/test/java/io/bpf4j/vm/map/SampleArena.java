package io.bpf4j.vm.map;

import io.bpf4j.vm.map.layout.ArenaDescriptor;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** An arena with one map, and a page of memory per thread behind it for keys and values. */
final class SampleArena {

    /** Room for a thread's keys and values, in bytes. */
    static final int PAGE = ArenaDescriptor.PAGE;
    private static final long BASE = 0x10_0000_0000L;
    private static final int THREADS = 16;

    private final Memory memory;
    private final MapArena arena;
    private final long pages;

    private SampleArena(Memory memory, MapArena arena, long pages) {
        this.memory = memory;
        this.arena = arena;
        this.pages = pages;
    }

    static SampleArena of(MapSpec spec, int shards) {
        long bytes = MapArena.bytes(List.of(spec), shards);
        Memory memory = Memory.allocate((int) bytes + THREADS * PAGE, BASE);
        return new SampleArena(memory, MapArena.create(memory, BASE, List.of(spec), shards), BASE + bytes);
    }

    /** Maps a file of zeros and makes an arena in it, or opens the one that is there. */
    static SampleArena inFile(Path file, MapSpec spec, int shards, boolean create) throws IOException {
        long bytes = MapArena.bytes(List.of(spec), shards);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            ByteBuffer buffer = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes + THREADS * PAGE);
            // Every process has the arena at another address.
            long base = BASE + ProcessHandle.current().pid() * 0x1000_0000L;
            Memory memory = new Memory(buffer, base);
            MapArena arena = create
                    ? MapArena.create(memory, base, List.of(spec), shards)
                    : MapArena.open(memory, base, List.of(spec));
            return new SampleArena(memory, arena, base + bytes);
        }
    }

    static Type bytes(int size) {
        return switch (size) {
            case 0 -> VoidType.VOID;
            case 4 -> IntType.U32;
            case 8 -> IntType.U64;
            default -> new ArrayType(IntType.U8, size);
        };
    }

    static MapSpec spec(MapKind kind, int keySize, int valueSize, int entries) {
        int flags = kind == MapKind.LPM_TRIE ? MapSpec.NO_PREALLOCATION : 0;
        return new MapSpec("sample", kind, bytes(keySize), bytes(valueSize), entries, flags,
                new MapRole.Plain());
    }

    Memory memory() {
        return memory;
    }

    ArenaMap map() {
        return arena.maps().getFirst();
    }

    /** Returns the address of a thread's own page. */
    long page(int thread) {
        return pages + (long) thread * PAGE;
    }

    /** Returns the address of what is put at the start of a thread's page. */
    long key(int thread, long key) {
        memory.putLong(page(thread), key);
        return page(thread);
    }

    /** Returns the address of what is put in the middle of a thread's page. */
    long value(int thread, long value) {
        memory.putLong(page(thread) + PAGE / 2, value);
        return page(thread) + PAGE / 2;
    }

    static byte[] little(long number, int size) {
        byte[] bytes = new byte[Math.max(size, Long.BYTES)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, number);
        return Arrays.copyOf(bytes, size);
    }

    static long number(byte[] bytes) {
        return ByteBuffer.wrap(Arrays.copyOf(bytes, Math.max(bytes.length, Long.BYTES)))
                .order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    }
}
