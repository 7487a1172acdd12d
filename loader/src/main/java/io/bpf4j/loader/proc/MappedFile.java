package io.bpf4j.loader.proc;

import io.bpf4j.loader.elf.FileLookup;
import io.bpf4j.loader.elf.SymbolResolver;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A file as somebody else names it and as we can open it.
 *
 * @param path     absolute path in the file system of its user; for people
 * @param file     a path by which we can open that very file
 * @param identity device and inode
 * @param root     the file system of its user, in which its debug files are
 */
public record MappedFile(String path, Path file, FileIdentity identity, FileLookup root) {

    /**
     * The file behind a mapping: by its path when that still leads to it, and otherwise (deleted or replaced by an
     * upgrade) through {@code /proc/PID/map_files}, which needs CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN.
     *
     * @param pid     the process
     * @param mapping one of its mappings
     * @return empty when no file is behind it, or when it is gone and out of our reach
     */
    public static Optional<MappedFile> of(int pid, Mapping mapping) {
        return of(pid, mapping, FileSystemRoot.of(pid));
    }

    static Optional<MappedFile> of(int pid, Mapping mapping, FileSystemRoot root) {
        if (!mapping.hasFile()) {
            return Optional.empty();
        }
        Path direct = new ProcFolder(pid).path("map_files/" + mapping.range());
        Optional<FileIdentity> mapped = FileIdentity.of(direct);
        // The whole name first: a file may really be called "x (deleted)".
        for (String path : List.of(mapping.name(), mapping.path().orElseThrow())) {
            Optional<Path> file = root.outside(path);
            Optional<FileIdentity> found = file.flatMap(FileIdentity::of);
            if (found.isPresent()
                    && (mapped.isPresent() ? found.equals(mapped) : isSame(mapping, found.get()))) {
                return Optional.of(new MappedFile(path, file.get(), found.get(), root));
            }
        }
        return mapped.map(identity -> new MappedFile(mapping.path().orElseThrow(), direct, identity, root));
    }

    /** By inode alone: overlay and btrfs show another device in maps than in stat. */
    private static boolean isSame(Mapping mapping, FileIdentity found) {
        return found.inode() == mapping.inode();
    }

    /** Opens its symbols; the caller closes them. */
    public SymbolResolver symbols() {
        return SymbolResolver.open(file, path, root);
    }
}
