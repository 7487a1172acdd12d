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

    // Written out, because what a record gets by itself is linked at its first use: 10 ms of each start.
    @Override
    public boolean equals(Object other) {
        return other instanceof FileIdentity file && file.device == device && file.inode == inode;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(device) * 31 + Long.hashCode(inode);
    }

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
