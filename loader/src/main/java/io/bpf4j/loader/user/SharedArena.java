package io.bpf4j.loader.user;

import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.inject.InjectException;
import io.bpf4j.loader.inject.SharedMemory;
import io.bpf4j.loader.proc.FileIdentity;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.proc.ProcessException;
import io.bpf4j.loader.proc.ProcessInfo;
import io.bpf4j.loader.proc.ProcessWatch;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.map.MapArena;
import io.bpf4j.vm.map.layout.ArenaDescriptor;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.MapSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The memory that this process shares with those that it traces: a file without a name that only its owner may open.
 *
 * <pre>
 *  0 | SessionHeader | the maps (MapArena) | owners of shards (u32 each) | this process's execution | journals |
 * </pre>
 */
final class SharedArena implements AutoCloseable {

    /** The most bytes that the context of a program has which runs in this process. */
    static final int HOST_CONTEXT_BYTES = 1024;
    /** How often one session can put code into processes: once for each, and for each library that comes later. */
    static final int MAX_PROCESSES = 256;
    /** How many threads may have values of their own in per-CPU maps at a time. */
    private static final int MOST_SHARDS = 256;
    private static final int LEAST_SHARDS = 16;
    /** Per-CPU maps get fewer shards if they would grow beyond this. */
    private static final long WANTED_BYTES = 1L << 28;

    private static final String NAME = "bpf4j-arena";
    /** Owner of the last shard, which this process's own programs use: the first process of all, which never ends. */
    private static final int NOBODY = 1;

    private final List<MapSpec> specs;
    private final int shards;
    private final long mapBytes;
    private final long size;
    private final SharedMemory shared;
    private final Memory memory;
    private final MapArena maps;
    private int processes;

    /**
     * Makes an arena.
     *
     * @throws LoadException if the maps cannot exist outside the kernel
     */
    SharedArena(Kernel kernel, List<MapSpec> specs) {
        this.specs = List.copyOf(specs);
        try {
            this.shards = shards(specs);
            this.mapBytes = MapArena.bytes(specs, shards);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new LoadException("user mode cannot have these maps: " + e.getMessage(), false,
                    Optional.empty(),
                    "run it with --mode kernel", "", e);
        }
        this.size = journals() + (long) SessionHeader.JOURNAL_BYTES * MAX_PROCESSES;
        if (size > Integer.MAX_VALUE) {
            throw new LoadException("user mode has no room for maps of " + mapBytes + " bytes", false,
                    Optional.empty(), "give the maps fewer entries, or run it with --mode kernel", "", null);
        }
        this.shared = SharedMemory.create(kernel, NAME, (int) size);
        this.memory = new Memory(shared.mapping().bytes(), shared.mapping().address());
        this.maps = MapArena.create(memory, memory.base() + SessionHeader.BYTES, specs, shards);
        memory.putInt(memory.base() + shardOwners() + (long) Integer.BYTES * (shards - 1), NOBODY);
        ProcessWatch self = ProcessWatch.of((int) ProcessHandle.current().pid());
        SessionHeader.write(memory, new SessionHeader.Tool(self.pid(), self.startTicks()),
                journals());
    }

    private static int shards(List<MapSpec> specs) {
        int shards = MOST_SHARDS;
        while (shards > LEAST_SHARDS && MapArena.bytes(specs, shards) > WANTED_BYTES) {
            shards /= 2;
        }
        return shards;
    }

    /** Returns whether a mapping is some session's arena. */
    static boolean isArena(Mapping mapping) {
        return mapping.name().startsWith("/memfd:" + NAME) && mapping.offset() == 0;
    }

    /** Returns the file, which stays the arena's. */
    Fd file() {
        return shared.file();
    }

    /** Returns the size in bytes. */
    long size() {
        return size;
    }

    /** Returns the memory, at its address in this process. */
    Memory memory() {
        return memory;
    }

    /** Returns the maps as they are here. */
    MapArena maps() {
        return maps;
    }

    /** Returns how many shards a per-CPU map has. */
    int shards() {
        return shards;
    }

    /** Returns a map. */
    Optional<ArenaMap> map(String name) {
        return maps.map(name);
    }

    /** Returns the memory with the addresses that it has in a process which has mapped it somewhere. */
    Memory memoryAt(long address) {
        return new Memory(shared.mapping().bytes(), address);
    }

    /** Returns the maps with the addresses that they have in a process which has mapped the arena somewhere. */
    MapArena mapsAt(long address) {
        return MapArena.open(memoryAt(address), address + SessionHeader.BYTES, specs);
    }

    /** Returns where the owners of shards are, in bytes from the start. */
    long shardOwners() {
        return SessionHeader.BYTES + mapBytes;
    }

    /** Returns where the memory of programs is that run in this process, in bytes from the start. */
    long hostExecution() {
        return shardOwners() + ArenaDescriptor.PAGE;
    }

    private long journals() {
        return hostExecution()
                + ArenaDescriptor.roundUp(Execution.bytes(HOST_CONTEXT_BYTES), ArenaDescriptor.PAGE);
    }

    /**
     * Takes a journal, with a process block at its start.
     *
     * @return where it is, in bytes from the start
     * @throws InjectException if there is none left
     */
    long takeJournal() {
        if (processes == MAX_PROCESSES) {
            throw new InjectException(InjectException.Reason.NO_ROOM,
                    "one session changes the code of processes at most " + MAX_PROCESSES + " times");
        }
        long journal = journals() + (long) SessionHeader.JOURNAL_BYTES * processes++;
        SessionHeader.setCount(memory, processes);
        return journal;
    }

    /** Returns a journal, by where it is, as a little-endian buffer. */
    ByteBuffer journal(long offset) {
        return shared.mapping().bytes().slice((int) offset, SessionHeader.JOURNAL_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the file's inode, by which a process's mappings name it. */
    long inode() {
        return FileIdentity.of(Path.of("/proc/self/fd/" + shared.file().number())).map(FileIdentity::inode)
                .orElse(0L);
    }

    /** Returns the processes that have mapped this arena: those that were attached to, and what they forked. */
    List<Integer> users() {
        long inode = inode();
        List<Integer> found = new ArrayList<>();
        for (ProcessInfo process : ProcessInfo.all()) {
            try {
                if (process.pid() != ProcessHandle.current().pid()
                        && MemoryMaps.of(process.pid()).mappings().stream()
                                .anyMatch(mapping -> isArena(mapping) && mapping.inode() == inode)) {
                    found.add(process.pid());
                }
            } catch (ProcessException e) {
                continue; // it has ended, or is not ours
            }
        }
        return found;
    }

    @Override
    public void close() {
        shared.close();
    }
}
