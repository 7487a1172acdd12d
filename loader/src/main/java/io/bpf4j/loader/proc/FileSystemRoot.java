package io.bpf4j.loader.proc;

import io.bpf4j.loader.elf.FileLookup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The file system as one process sees it: ours, or that behind {@code /proc/PID/root}. Links are followed within it by
 * ourselves: the kernel would follow an absolute link in a container to our own root.
 */
public final class FileSystemRoot implements FileLookup {

    /** Our own. */
    public static final FileSystemRoot HOST = new FileSystemRoot(Path.of("/"));

    /** MAXSYMLINKS, include/linux/namei.h. */
    private static final int MAXIMUM_LINKS = 40;

    private final Path root;

    private FileSystemRoot(Path root) {
        this.root = root;
    }

    /** Sees the folder {@code root} as {@code /}. */
    public static FileSystemRoot at(Path root) {
        return new FileSystemRoot(root);
    }

    /**
     * As process {@code pid} sees it; {@link #HOST} when it shares our mount namespace and root.
     *
     * @throws NoSuchProcessException when there is no such process
     * @throws ProcessAccessException when it is not ours to look into
     */
    public static FileSystemRoot of(int pid) {
        var folder = new ProcFolder(pid);
        boolean ours = folder.link("ns/mnt").equals(mountNamespaceOf("self"))
                && folder.link("root").equals(HOST.root);
        return ours ? HOST : new FileSystemRoot(folder.path("root"));
    }

    private static Path mountNamespaceOf(String process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", process, "ns/mnt"));
        } catch (IOException e) {
            return Path.of("");
        }
    }

    /** The folder that is {@code /} here, by a path of ours. */
    public Path root() {
        return root;
    }

    @Override
    public Optional<Path> find(String path) {
        return canonical(path).flatMap(this::outside).filter(Files::exists);
    }

    /** The same file's path here without links, {@code .} and {@code ..}; need not exist in its last parts. */
    Optional<String> canonical(String path) {
        Deque<String> rest = new ArrayDeque<>(List.of(path.split("/")));
        String at = "";
        int links = 0;
        while (!rest.isEmpty()) {
            String part = rest.pop();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                at = at.isEmpty() ? "" : at.substring(0, at.lastIndexOf('/'));
                continue;
            }
            Optional<String> target = linkTarget(at + "/" + part);
            if (target.isEmpty()) {
                at = at + "/" + part;
                continue;
            }
            if (++links > MAXIMUM_LINKS) {
                return Optional.empty();
            }
            at = target.get().startsWith("/") ? "" : at;
            String[] parts = target.get().split("/");
            for (int i = parts.length - 1; i >= 0; i--) {
                rest.push(parts[i]);
            }
        }
        return Optional.of(at.isEmpty() ? "/" : at);
    }

    /** A path that is not absolute starts where we are. */
    static String absolute(String path) {
        return path.startsWith("/") ? path : Path.of("").toAbsolutePath() + "/" + path;
    }

    private Optional<String> linkTarget(String path) {
        try {
            Optional<Path> outside = outside(path);
            if (outside.isPresent() && Files.isSymbolicLink(outside.get())) {
                return Optional.of(Files.readSymbolicLink(outside.get()).toString());
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A path of ours for one of here, as it is; empty for a name that this machine's character set cannot spell. */
    Optional<Path> outside(String path) {
        try {
            return Optional.of(root.resolve(path.substring(1)));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
