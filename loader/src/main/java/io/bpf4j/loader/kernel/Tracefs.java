package io.bpf4j.loader.kernel;

import io.bpf4j.loader.sys.Errno;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.FileCalls;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.SystemCallException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * The kernel's description of its tracepoints: where tracefs is mounted, there; else in a mount of our own that
 * nobody else sees and that ends with this object.
 */
public final class Tracefs implements AutoCloseable {
    private static final List<String> MOUNTED = List.of("/sys/kernel/tracing", "/sys/kernel/debug/tracing");

    private final FileCalls files;
    private final Fd root;

    private Tracefs(FileCalls files, Fd root) {
        this.files = files;
        this.root = root;
    }

    /** Opens it; empty where there is none or it is not permitted. */
    public static Optional<Tracefs> open(Kernel kernel) {
        FileCalls files = new FileCalls(kernel);
        for (String folder : MOUNTED) {
            Optional<Tracefs> mounted = attempt(files, () -> files.openDirectory(folder));
            if (mounted.filter(tracefs -> tracefs.read("available_events").isPresent()).isPresent()) {
                return mounted;
            }
            mounted.ifPresent(Tracefs::close);
        }
        return attempt(files, () -> files.privateFileSystem("tracefs"));
    }

    private static Optional<Tracefs> attempt(FileCalls files, Supplier<Fd> opening) {
        try {
            return Optional.of(new Tracefs(files, opening.get()));
        } catch (SystemCallException e) {
            return Optional.empty();
        }
    }

    /** Returns the number by which perf events name a tracepoint. */
    public OptionalInt eventId(String category, String name) {
        return read("events/" + category + "/" + name + "/id")
                .map(text -> OptionalInt.of(Integer.parseInt(text.strip()))).orElse(OptionalInt.empty());
    }

    /** Returns the text that describes a tracepoint's record. */
    public Optional<String> format(String category, String name) {
        return read("events/" + category + "/" + name + "/format");
    }

    /** Returns every tracepoint as {@code category:name}. */
    public List<String> events() {
        return read("available_events").map(text -> text.lines().toList()).orElse(List.of());
    }

    private Optional<String> read(String path) {
        if (path.contains("..")) {
            return Optional.empty();
        }
        try (Fd file = files.open(root, path)) {
            return Optional.of(new String(files.readAll(file), StandardCharsets.US_ASCII));
        } catch (SystemCallException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.EACCES || e.errno() == Errno.EPERM
                    || e.errno() == Errno.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public void close() {
        root.close();
    }
}
