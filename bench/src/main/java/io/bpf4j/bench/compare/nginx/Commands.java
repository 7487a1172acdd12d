package io.bpf4j.bench.compare.nginx;

import io.bpf4j.loader.proc.ExecutableFinder;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Other people's programs. */
final class Commands {

    private Commands() {}

    /**
     * Insists on programs being installed.
     *
     * @throws UserError with {@link ExitCode#NO_TARGET} and the command that installs them
     */
    static void require(String... programs) {
        List<String> missing = List.of(programs).stream()
                .filter(program -> ExecutableFinder.ofEnvironment().find(program).isEmpty()).toList();
        if (!missing.isEmpty()) {
            throw new UserError(ExitCode.NO_TARGET, String.join(" and ", missing) + " not installed",
                    "apt-get install " + String.join(" ", missing));
        }
    }

    /** Runs a program to its good end. */
    static void run(Path folder, String... command) {
        try {
            Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(folder.resolve("output.txt").toFile()).start();
            if (process.waitFor() != 0) {
                throw new UserError(ExitCode.FAILED, String.join(" ", command) + " failed",
                        "see " + folder.resolve("output.txt"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
