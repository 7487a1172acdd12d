package io.bpf4j.loader.elf;

import java.nio.file.Path;

/**
 * An ELF file that cannot be read: missing, of another class, cut off, or contradicting itself. The message names the
 * file, what is wrong, and the file offset where it shows. This is the only exception that reading an ELF file gives.
 */
public final class ElfException extends RuntimeException {

    private final transient Path file;
    private final long offset;

    /**
     * @param file   the file being read
     * @param offset file offset in bytes at which the fault was found
     * @param what   what is wrong, a lower-case phrase
     */
    public ElfException(Path file, long offset, String what) {
        super("%s: %s (at file offset 0x%x)".formatted(file, what, offset));
        this.file = file;
        this.offset = offset;
    }

    /**
     * @param file  the file that could not be opened or read at all
     * @param what  what is wrong, a lower-case phrase
     * @param cause the failed system call, or null
     */
    public ElfException(Path file, String what, Throwable cause) {
        super(file + ": " + what, cause);
        this.file = file;
        this.offset = 0;
    }

    /** The file being read. */
    public Path file() {
        return file;
    }

    /** File offset in bytes at which the fault was found; 0 when the file could not be read at all. */
    public long offset() {
        return offset;
    }
}
