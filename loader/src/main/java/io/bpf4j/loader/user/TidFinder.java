package io.bpf4j.loader.user;

import io.bpf4j.loader.inject.StoppedProcess;
import io.bpf4j.loader.inject.TargetMemory;
import io.bpf4j.loader.inject.InjectException;
import io.bpf4j.loader.proc.ThreadInfo;
import io.bpf4j.vm.trampoline.TidSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds out where the threads of a process keep their ids: only a place that holds the right number for every thread
 * that there is will do.
 */
final class TidFinder {

    /** Where glibc and musl have it on x86-64, in bytes from the fs base. */
    private static final List<Integer> CONTROL_BLOCK_OFFSETS = List.of(0x2d0, 0x30);
    private static final int GOROUTINE = -8;
    /** The offset of m in a g: behind stack (16 bytes), two stack guards, _panic and _defer. */
    private static final int THREAD_IN_GOROUTINE = 48;
    private static final int MOST_BYTES_OF_THREAD = 512;

    private final StoppedProcess process;
    private final TargetMemory memory;

    TidFinder(StoppedProcess process) {
        this.process = process;
        this.memory = process.memory();
    }

    /** Finds the place, for a process that may be a Go program. */
    TidSource find(boolean go) {
        for (int offset : CONTROL_BLOCK_OFFSETS) {
            if (holds(offset)) {
                return new TidSource.ControlBlock(offset);
            }
        }
        return go ? goThread().orElse(new TidSource.SystemCall()) : new TidSource.SystemCall();
    }

    private boolean holds(int offset) {
        return process.threads().stream().allMatch(thread -> {
            long base = process.registers(thread).fsBase();
            return base != 0 && read(base + offset, Integer.BYTES)
                    .filter(bytes -> bytes.getInt(0) == namespaceId(thread)).isPresent();
        });
    }

    private Optional<TidSource> goThread() {
        List<Integer> candidates = null;
        for (int thread : process.threads()) {
            List<Integer> found = idOffsets(thread);
            if (candidates == null) {
                candidates = found;
            } else {
                candidates.retainAll(found);
            }
        }
        return candidates == null || candidates.isEmpty()
                ? Optional.empty()
                : Optional.of(new TidSource.GoThread(GOROUTINE, THREAD_IN_GOROUTINE, candidates.getFirst()));
    }

    private List<Integer> idOffsets(int thread) {
        List<Integer> found = new ArrayList<>();
        long base = process.registers(thread).fsBase();
        read(base + GOROUTINE, Long.BYTES).flatMap(g -> read(g.getLong(0) + THREAD_IN_GOROUTINE, Long.BYTES))
                .flatMap(m -> read(m.getLong(0), MOST_BYTES_OF_THREAD)).ifPresent(m -> {
                    for (int offset = 0; offset < MOST_BYTES_OF_THREAD; offset += Long.BYTES) {
                        if (m.getLong(offset) == namespaceId(thread)) {
                            found.add(offset);
                        }
                    }
                });
        return found;
    }

    private int namespaceId(int thread) {
        return ThreadInfo.of(process.pid(), thread).namespaceId();
    }

    private Optional<ByteBuffer> read(long address, int length) {
        try {
            return Optional.of(ByteBuffer.wrap(memory.read(address, length)).order(ByteOrder.LITTLE_ENDIAN));
        } catch (InjectException e) {
            return Optional.empty();
        }
    }
}
