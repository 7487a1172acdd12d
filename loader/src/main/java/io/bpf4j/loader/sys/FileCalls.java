package io.bpf4j.loader.sys;

import java.io.ByteArrayOutputStream;

/** Files where {@code java.nio.file} cannot reach: relative to a directory that has no name. Stateless. */
public final class FileCalls {
    private static final int CLOSE_ON_EXEC = 0x80000; // O_CLOEXEC
    private static final int DIRECTORY = 0x10000; // O_DIRECTORY
    private static final int WORKING_DIRECTORY = -100; // AT_FDCWD
    private static final int CHUNK = 64 * 1024;

    private final Kernel kernel;

    /** Calls on {@code kernel}. */
    public FileCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Opens a directory by its path, as a place for {@link #open}. */
    public Fd openDirectory(String path) {
        return open(WORKING_DIRECTORY, path, DIRECTORY);
    }

    /** Opens a file for reading. */
    public Fd open(Fd directory, String path) {
        return open(directory.number(), path, 0);
    }

    private Fd open(int directory, String path, int flags) {
        try (var memory = new NativeMemory()) {
            return kernel.fd(
                    kernel.call(Syscall.OPENAT, directory, memory.string(path).address(),
                            flags | CLOSE_ON_EXEC, 0, 0,
                            0),
                    Syscall.OPENAT, () -> "opening " + path);
        }
    }

    /** All bytes from the file's position on. */
    public byte[] readAll(Fd file) {
        var all = new ByteArrayOutputStream();
        try (var memory = new NativeMemory()) {
            var chunk = memory.allocate(CHUNK);
            int count = kernel.read(file, chunk, () -> "reading a file");
            while (count > 0) {
                all.writeBytes(chunk.copy(count));
                count = kernel.read(file, chunk, () -> "reading a file");
            }
        }
        return all.toByteArray();
    }

    /**
     * Makes a file system of a type, tracefs for example, that is mounted nowhere: only the returned directory leads to
     * it, and it is gone when that is closed (fsopen(2), fsmount(2); Linux 5.2). Needs CAP_SYS_ADMIN.
     */
    public Fd privateFileSystem(String type) {
        int createCommand = 6; // FSCONFIG_CMD_CREATE
        int closeOnExec = 1; // FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC
        try (var memory = new NativeMemory();
                var context = kernel.fd(
                        kernel.call(Syscall.FSOPEN, memory.string(type).address(), closeOnExec, 0, 0, 0, 0),
                        Syscall.FSOPEN, () -> "opening file system type " + type)) {
            SystemCallException.check(
                    kernel.call(Syscall.FSCONFIG, context.number(), createCommand, 0, 0, 0, 0), "fsconfig",
                    () -> "creating a " + type);
            return kernel.fd(kernel.call(Syscall.FSMOUNT, context.number(), closeOnExec, 0, 0, 0, 0),
                    Syscall.FSMOUNT, () -> "mounting a private " + type);
        }
    }
}
