package io.bpf4j.loader.inject;

import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.proc.MappedFile;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.vm.patch.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Two places in a process that a remote call may use while all threads stand still, before there is any memory of our
 * own, and that harm nobody if the tracer dies and they stay as they are then:
 *
 * <p>The program's entry point, for a few instructions: it runs once, when the program starts, and never again. The
 * lowest pages of the main thread's stack, for data: the kernel maps far more than a program's start needs
 * (fs/exec.c, setup_arg_pages: 128 KiB), and nobody may rely on what is below the stack pointer.
 *
 * @param code where instructions may be put, at least {@link #CODE_SIZE} bytes
 * @param stack the main thread's stack, of whose lowest {@link #DATA_SIZE} bytes {@link #data} consists
 */
record BorrowedPlaces(long code, Range stack) {
    /** As much as the shortest entry point has, Go's, a jump and the padding behind it. */
    static final int CODE_SIZE = 16;
    /** Room for vector state with the tiles of AMX, and some more. */
    static final int DATA_SIZE = 16 * 1024;

    private static final long ENTRY = 9; // AT_ENTRY of include/uapi/linux/auxvec.h
    private static final int RED_ZONE = 128;

    /** Finds them in a process, which need not be stopped for this. */
    static BorrowedPlaces of(int pid) {
        return of(pid, MemoryMaps.of(pid));
    }

    static BorrowedPlaces of(int pid, MemoryMaps maps) {
        long entry = entryPoint(pid);
        if (maps.at(entry).filter(Mapping::isExecutable).isEmpty()) {
            throw new InjectException(Reason.NO_ROOM,
                    "process %d has unmapped its program's entry point 0x%x".formatted(pid, entry));
        }
        Mapping stack = maps.mappings().stream().filter(mapping -> mapping.name().equals("[stack]"))
                .findFirst()
                .orElseThrow(() -> new InjectException(Reason.NO_ROOM,
                        "process %d has unmapped its first stack".formatted(pid)));
        return new BorrowedPlaces(entry, new Range(stack.start(), stack.end()));
    }

    /** Returns where data may be put. */
    Range data() {
        return Range.of(stack.start(), DATA_SIZE);
    }

    /** What the program's file has at the entry point; empty if it cannot be read. */
    Optional<byte[]> originalCode(MemoryMaps maps, int length) {
        Mapping mapping = maps.at(code).orElseThrow();
        return MappedFile.of(maps.pid(), mapping).flatMap(found -> {
            try (var file = FileChannel.open(found.file())) {
                ByteBuffer bytes = ByteBuffer.allocate(length);
                file.read(bytes, mapping.fileOffset(code));
                return bytes.hasRemaining() ? Optional.empty() : Optional.of(bytes.array());
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    private static long entryPoint(int pid) {
        ByteBuffer pairs;
        try {
            pairs = ByteBuffer.wrap(Files.readAllBytes(Path.of("/proc/" + pid + "/auxv")))
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new InjectException(Reason.NOT_PERMITTED,
                    "cannot read the auxiliary vector of process %d: %s".formatted(pid, e.getMessage()));
        }
        while (pairs.remaining() >= 2 * Long.BYTES) {
            long key = pairs.getLong();
            long value = pairs.getLong();
            if (key == ENTRY) {
                return value;
            }
        }
        throw new InjectException(Reason.NO_ROOM, "process %d has no entry point".formatted(pid));
    }

    /**
     * Throws unless the data's place is free: below the main thread's stack pointer, or never touched.
     *
     * @param content what is there now
     * @param stackPointer the main thread's, which may be on another stack; 0 if it has ended
     */
    void requireFree(int pid, byte[] content, long stackPointer) {
        if (new Range(data().end() + DATA_SIZE + RED_ZONE, stack.end()).contains(stackPointer)) {
            return;
        }
        for (byte value : content) {
            if (value != 0) {
                throw new InjectException(Reason.NO_ROOM,
                        ("the main thread of process %d has used up its stack; "
                                + "try again later").formatted(pid));
            }
        }
    }
}
