package io.bpf4j.loader.inject;

import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.sys.Errno;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.vm.patch.Range;

/**
 * Changes what a stopped process has mapped. Nothing that it maps is ever writable and executable at once: code is
 * written through {@link TargetMemory}.
 */
public final class RemoteMappings {
    private static final long READ_WRITE = 3; // PROT_READ | PROT_WRITE
    private static final long READ_EXECUTE = 5; // PROT_READ | PROT_EXEC
    private static final long SHARED = 0x01; // MAP_SHARED
    private static final long PRIVATE = 0x02; // MAP_PRIVATE
    private static final long ANONYMOUS = 0x20; // MAP_ANONYMOUS
    private static final long FIXED_IF_FREE = 0x10_0000; // MAP_FIXED_NOREPLACE, Linux 4.17
    private static final long NO_FILE = -1;
    private static final int TRIES = 16;

    private final StoppedProcess process;
    private final RemoteCalls calls;
    private final FreeSpace space;

    /** Works by the given calls. */
    public RemoteMappings(StoppedProcess process, RemoteCalls calls) {
        this.process = process;
        this.calls = calls;
        this.space = new FreeSpace(process.mapsBefore());
    }

    /** Maps zeroed private memory, readable and writable, wherever the kernel likes. */
    public Range mapData(long length) {
        long address = calls.require(Syscall.MMAP, "mapping %d bytes of memory".formatted(length), 0, length,
                READ_WRITE, PRIVATE | ANONYMOUS, NO_FILE, 0);
        return Range.of(address, length);
    }

    /** Maps zeroed private memory, readable and writable, within reach of an address; see {@link #mapCode}. */
    public Range mapData(long near, long length) {
        return mapNear(near, length, READ_WRITE, PRIVATE | ANONYMOUS, NO_FILE);
    }

    /**
     * Maps zeroed private memory, readable and executable, where a 32-bit distance leads from all of it to an address
     * and back.
     *
     * @throws InjectException if there is no free place
     */
    public Range mapCode(long near, long length) {
        return mapNear(near, length, READ_EXECUTE, PRIVATE | ANONYMOUS, NO_FILE);
    }

    /** Maps a file of ours in the process, shared, readable and writable, wherever the kernel likes. */
    public Range mapShared(Fd file, long length) {
        int remote = giveDescriptor(file);
        try {
            long address = calls.require(Syscall.MMAP, "mapping %d shared bytes".formatted(length), 0, length,
                    READ_WRITE, SHARED, remote, 0);
            return Range.of(address, length);
        } finally {
            calls.call(Syscall.CLOSE, remote);
        }
    }

    /** Maps a file of ours in the process, shared, readable and writable, within reach of an address. */
    public Range mapShared(Fd file, long near, long length) {
        int remote = giveDescriptor(file);
        try {
            return mapNear(near, length, READ_WRITE, SHARED, remote);
        } finally {
            calls.call(Syscall.CLOSE, remote);
        }
    }

    /** Gives back what was mapped; see {@link StoppedProcess#isIdle} for code. */
    public void unmap(Range range) {
        calls.require(Syscall.MUNMAP, "unmapping 0x%x".formatted(range.start()), range.start(),
                range.size());
    }

    /** Makes pages readable and writable. */
    public void allowWriting(Range range) {
        calls.require(Syscall.MPROTECT, "making 0x%x writable".formatted(range.start()), range.start(),
                range.size(), READ_WRITE);
    }

    /** Makes pages readable and executable. */
    public void allowExecution(Range range) {
        calls.require(Syscall.MPROTECT, "making 0x%x executable".formatted(range.start()), range.start(),
                range.size(), READ_EXECUTE);
    }

    /** Makes pages readable only. */
    public void allowReading(Range range) {
        calls.require(Syscall.MPROTECT, "making 0x%x read-only".formatted(range.start()), range.start(),
                range.size(), 1);
    }

    /**
     * Tells the kernel how pages will be used.
     *
     * @param advice MADV_* of include/uapi/asm-generic/mman-common.h
     */
    public void advise(Range range, int advice) {
        calls.require(Syscall.MADVISE, "advising on 0x%x".formatted(range.start()), range.start(),
                range.size(),
                advice);
    }

    private int giveDescriptor(Fd file) {
        return new DescriptorPassing(process, calls).give(file);
    }

    private Range mapNear(long near, long length, long protection, long flags, long file) {
        for (long address : space.near(near, length).stream().limit(TRIES).toList()) {
            long result = calls.call(Syscall.MMAP, address, length, protection, flags | FIXED_IF_FREE, file,
                    0);
            space.take(Range.of(address, length)); // by us, or by somebody just before the stop
            if (result == address) {
                return Range.of(address, length);
            }
            if (!SystemCallException.isError(result)) {
                calls.call(Syscall.MUNMAP, result, length); // an older kernel took the address for a wish
            } else if (result != -Errno.EEXIST.number()) {
                throw new SystemCallException("mmap", SystemCallException.errnoOf(result),
                        "mapping %d bytes at 0x%x in process %d".formatted(length, address, process.pid()));
            }
        }
        throw new InjectException(Reason.NO_ROOM, "process %d has no %d free bytes within 2 GiB of 0x%x"
                .formatted(process.pid(), length, near));
    }
}
