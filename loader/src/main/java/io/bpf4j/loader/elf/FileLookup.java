package io.bpf4j.loader.elf;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Finds files by the absolute paths that a traced program would use, which in a container are not ours. */
@FunctionalInterface
public interface FileLookup {

    /** Our own view of the file system. */
    FileLookup HOST = new FileLookup() {
        @Override
        public Optional<Path> find(String path) {
            try {
                return Optional.of(Path.of(path).toRealPath());
            } catch (IOException | InvalidPathException e) {
                return Optional.empty();
            }
        }
    };

    /**
     * @param path absolute path as the program sees it
     * @return a path by which we can open that file; empty when there is none
     */
    Optional<Path> find(String path);
}
