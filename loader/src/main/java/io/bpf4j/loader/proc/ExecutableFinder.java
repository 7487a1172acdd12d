package io.bpf4j.loader.proc;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds the file that a command's name stands for, as a shell does: the first executable one in PATH. */
public final class ExecutableFinder {

    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final List<String> folders;

    private ExecutableFinder(List<String> folders) {
        this.folders = folders;
    }

    /** Searches the folders of our own PATH. */
    public static ExecutableFinder ofEnvironment() {
        return ofPath(Optional.ofNullable(System.getenv("PATH")).orElse(DEFAULT_PATH));
    }

    /** @param path folders separated by colons; those that are not absolute are passed over */
    public static ExecutableFinder ofPath(String path) {
        return new ExecutableFinder(
                List.of(path.split(":")).stream().filter(f -> f.startsWith("/")).toList());
    }

    /**
     * @param name of a command, or a path
     * @return the file, its path free of links; empty when there is none that we may execute
     */
    public Optional<MappedFile> find(String name) {
        if (name.contains("/")) {
            return at(FileSystemRoot.absolute(name));
        }
        return folders.stream().flatMap(folder -> at(folder + "/" + name).stream()).findFirst();
    }

    private static Optional<MappedFile> at(String path) {
        Optional<String> canonical = FileSystemRoot.HOST.canonical(path);
        Optional<Path> file = canonical.flatMap(FileSystemRoot.HOST::outside)
                .filter(found -> Files.isRegularFile(found) && Files.isExecutable(found));
        return file.flatMap(FileIdentity::of)
                .map(identity -> new MappedFile(canonical.get(), file.get(), identity, FileSystemRoot.HOST));
    }
}
