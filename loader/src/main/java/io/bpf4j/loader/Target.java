package io.bpf4j.loader;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A process to trace.
 *
 * @param pid its id
 * @param executable the program that it is about to run, if it was started for tracing and has not run it yet: then
 *        its libraries are not known from its mappings
 */
public record Target(int pid, Optional<Path> executable) {

    /** A process that runs already. */
    public static Target running(int pid) {
        return new Target(pid, Optional.empty());
    }
}
