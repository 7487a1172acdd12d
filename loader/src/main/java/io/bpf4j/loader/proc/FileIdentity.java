package io.bpf4j.loader.proc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Which file it is, whatever its path.
 *
 * @param device {@code st_dev}
 * @param inode  {@code st_ino}
 */
public record FileIdentity(long device, long inode) {

    /** Follows links; empty when there is no such file or we may not look. */
    public static Optional<FileIdentity> of(Path path) {
        try {
            Map<String, Object> attributes = Files.readAttributes(path, "unix:dev,ino");
            return Optional.of(new FileIdentity((Long) attributes.get("dev"), (Long) attributes.get("ino")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
