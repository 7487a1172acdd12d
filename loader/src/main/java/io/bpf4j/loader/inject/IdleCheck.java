package io.bpf4j.loader.inject;

import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.vm.patch.Range;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks whether any thread may still come to an address range: by its instruction pointer, or by any word on its stack
 * that might be a return address or the saved instruction pointer of a signal frame. What it takes for one may be
 * something else; what it does not see is not there, with the exception of stacks that are neither in use by a thread
 * nor one that a thread began with (coroutines).
 */
final class IdleCheck {
    private static final int RED_ZONE = 128;
    private static final int CHUNK = 1 << 20;

    private final TargetMemory memory;
    private final MemoryMaps maps;
    private final List<Range> ranges;
    private final Range around;
    private final long most;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);

    /**
     * Looks for addresses in any of some ranges.
     *
     * @param most how many bytes of a stack in use to look at, from its top on
     */
    IdleCheck(TargetMemory memory, MemoryMaps maps, List<Range> ranges, long most) {
        this.memory = memory;
        this.maps = maps;
        this.ranges = List.copyOf(ranges);
        this.around = new Range(ranges.stream().mapToLong(Range::start).min().orElse(0),
                ranges.stream().mapToLong(Range::end).max().orElse(0));
        this.most = most;
    }

    private boolean isMeant(long address) {
        return around.contains(address) && ranges.stream().anyMatch(range -> range.contains(address));
    }

    /** Looks at the upper part of the stacks in use, where a signal's handler returns to. */
    boolean nearby(Collection<Registers> threads) {
        return threads.stream().noneMatch(registers -> isMeant(registers.instructionPointer()))
                && threads.stream().flatMap(registers -> inUse(registers).stream()).distinct()
                        .noneMatch(this::mentions);
    }

    /** Looks at the stacks of threads: that in use, and that on which the thread began, if it is another. */
    boolean onThreads(Collection<Registers> threads) {
        if (threads.stream().anyMatch(registers -> isMeant(registers.instructionPointer()))) {
            return false;
        }
        return threads.stream().flatMap(this::stacks).distinct().noneMatch(this::mentions);
    }

    /** Looks at everything that can be a stack: for programs that have many for each thread, such as Go's. */
    boolean anywhere(Collection<Registers> threads) {
        if (threads.stream().anyMatch(registers -> isMeant(registers.instructionPointer()))) {
            return false;
        }
        return maps.mappings().stream().filter(IdleCheck::canBeStack)
                .map(mapping -> new Range(mapping.start(), mapping.end())).noneMatch(this::mentions);
    }

    private static boolean canBeStack(Mapping mapping) {
        return mapping.permissions().startsWith("rw-p") && !mapping.hasFile();
    }

    private Stream<Range> stacks(Registers registers) {
        long top = registers.stackPointer();
        Optional<Mapping> used = maps.at(top);
        // A thread's control block lies at the upper end of its stack in glibc and musl; the first thread's does not.
        Optional<Mapping> own = maps.at(registers.fsBase());
        Stream<Range> inUse = inUse(registers).stream();
        Stream<Range> others = Stream.concat(own.stream(), first().stream())
                .filter(mapping -> !used.equals(Optional.of(mapping)))
                .filter(mapping -> registers.fsBase() != 0 && canBeStack(mapping))
                .map(mapping -> new Range(mapping.start(), mapping.end()));
        return Stream.concat(inUse, isOrdinary(used, own) ? Stream.empty() : others);
    }

    private Optional<Range> inUse(Registers registers) {
        long top = registers.stackPointer();
        return maps.at(top).map(mapping -> new Range(Math.max(mapping.start(), top - RED_ZONE),
                mapping.end() - top > most ? top + most : mapping.end()));
    }

    /** Whether the thread is on the stack that it began with: that with its control block, or the first thread's. */
    private static boolean isOrdinary(Optional<Mapping> used, Optional<Mapping> own) {
        return used.isPresent() && (used.equals(own) || used.get().name().equals("[stack]"));
    }

    private List<Mapping> first() {
        return maps.mappings().stream().filter(mapping -> mapping.name().equals("[stack]")).toList();
    }

    private boolean mentions(Range stack) {
        long at = stack.start() & -Long.BYTES;
        while (at < stack.end()) {
            chunk.clear().limit((int) Math.min(CHUNK, stack.end() - at));
            memory.read(at, chunk);
            for (int i = 0; i + Long.BYTES <= chunk.limit(); i += Long.BYTES) {
                if (isMeant(chunk.getLong(i))) {
                    return true;
                }
            }
            at += chunk.limit();
        }
        return false;
    }
}
