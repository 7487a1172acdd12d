package io.bpf4j.tools.common;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;

/**
 * What a tool writes its results to: a buffer of 64 KiB in front of standard output or a file. Text is
 * UTF-8; bytes of the traced program pass through as they are.
 *
 * <p>Belongs to one thread. The tool calls {@link #flush} whenever no event is waiting, so that output is
 * never older than the last pause; a terminal is besides flushed at the end of each line, by
 * {@link #line()}. Every method that writes throws {@link ClosedOutput} when the reader has gone and a
 * {@link UserError} when the disk is full or the like.
 */
public final class Output implements AutoCloseable {

    private static final int CAPACITY = 1 << 16;

    private final OutputStream target;
    private final String name;
    private final boolean terminal;
    private final boolean pipe;
    private final byte[] buffer = new byte[CAPACITY];
    private int used;
    private boolean closed;

    private Output(OutputStream target, String name, String kind) {
        this.target = target;
        this.name = name;
        this.terminal = isTerminal(kind);
        this.pipe = kind.startsWith("pipe:") || kind.startsWith("socket:");
    }

    /** Returns standard output. Closing it flushes it only. */
    public static Output standard() {
        FileOutputStream stream = new FileOutputStream(FileDescriptor.out);
        return new Output(stream, "standard output", descriptorKind(1));
    }

    /**
     * Opens a file, emptied if it exists, made for its owner alone (mode 0600) if not: what a tool captures
     * may be secret.
     *
     * @throws UserError if it cannot be opened
     */
    public static Output file(Path path) {
        try {
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            var channel = Files.newByteChannel(path, Set.of(StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE), owner);
            return new Output(Channels.newOutputStream(channel), path.toString(), "file");
        } catch (IOException e) {
            throw cannotWrite(path.toString(), e);
        }
    }

    /** Returns an output that ends in a stream, for tests and for building texts. */
    public static Output to(OutputStream stream) {
        return new Output(stream, "output", "file");
    }

    /** Returns whether a person looks at it. */
    public boolean isTerminal() {
        return terminal;
    }

    /** Returns whether a descriptor of this process (1 output, 2 errors) is a terminal. */
    public static boolean isTerminal(int descriptor) {
        return isTerminal(descriptorKind(descriptor));
    }

    private static boolean isTerminal(String kind) {
        return kind.startsWith("/dev/pts/") || kind.startsWith("/dev/tty") || kind.equals("/dev/console");
    }

    private static String descriptorKind(int descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
        } catch (IOException e) {
            return "closed";
        }
    }

    /** Writes text as UTF-8. */
    public Output text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                byte[] rest = text.substring(i).getBytes(StandardCharsets.UTF_8);
                return bytes(rest, 0, rest.length);
            }
            oneByte(c);
        }
        return this;
    }

    /** Ends a line. */
    public Output line() {
        oneByte('\n');
        if (terminal) {
            flush();
        }
        return this;
    }

    /** Writes one byte, the low eight bits of {@code value}. */
    public Output oneByte(int value) {
        if (used == CAPACITY) {
            drain();
        }
        buffer[used++] = (byte) value;
        return this;
    }

    /** Writes one byte a number of times; none if {@code count} is not positive. */
    public Output repeat(int value, int count) {
        for (int i = 0; i < count; i++) {
            oneByte(value);
        }
        return this;
    }

    /** Writes bytes as they are. */
    public Output bytes(byte[] source, int offset, int length) {
        if (length > CAPACITY - used) {
            drain();
            if (length > CAPACITY) {
                write(source, offset, length);
                return this;
            }
        }
        System.arraycopy(source, offset, buffer, used, length);
        used += length;
        return this;
    }

    /** Writes {@code length} bytes from {@code offset} of a buffer, whose position stays. */
    public Output bytes(ByteBuffer source, int offset, int length) {
        int done = 0;
        while (done < length) {
            if (used == CAPACITY) {
                drain();
            }
            int part = Math.min(length - done, CAPACITY - used);
            source.get(offset + done, buffer, used, part);
            used += part;
            done += part;
        }
        return this;
    }

    /** Hands on what is buffered: to be called when no event is waiting. */
    public void flush() {
        drain();
    }

    /** Returns a stream in front of this output, for libraries; closing it does nothing. */
    public OutputStream asStream() {
        return new OutputStream() {
            @Override
            public void write(int value) {
                oneByte(value);
            }

            @Override
            public void write(byte[] source, int offset, int length) {
                bytes(source, offset, length);
            }
        };
    }

    private void drain() {
        int length = used;
        used = 0;
        if (length > 0) {
            write(buffer, 0, length);
        }
    }

    private void write(byte[] source, int offset, int length) {
        try {
            target.write(source, offset, length);
        } catch (IOException e) {
            if (pipe) {
                throw new ClosedOutput();
            }
            throw cannotWrite(name, e);
        }
    }

    /** Returns the error for a file that cannot be opened or written. */
    public static UserError cannotWrite(String name, IOException e) {
        String reason = switch (e) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "its directory does not exist";
            default -> reasonOf(e);
        };
        return new UserError(ExitCode.FAILED, "cannot write " + name + ": " + reason, "", e);
    }

    private static String reasonOf(IOException e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        // FileSystemException says "path: reason".
        return message.substring(message.lastIndexOf(": ") + 1).strip().toLowerCase(Locale.ROOT);
    }

    /** Hands on what is left and closes the file. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            drain();
        } finally {
            closeTarget();
        }
    }

    private void closeTarget() {
        if (target instanceof FileOutputStream) {
            return;
        }
        try {
            target.close();
        } catch (IOException e) {
            throw cannotWrite(name, e);
        }
    }
}
