package io.bpf4j.vm.object;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs a program of the machine for a test. */
public final class Command {

    /** What a program left behind; the output includes the error stream. */
    public record Result(int status, String output) {}

    private Command() {}

    /** Returns whether a program is installed. */
    public static boolean exists(String name) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(at -> Files.isExecutable(Path.of(at, name)));
    }

    /** Runs a program to its end. */
    public static Result run(String... words) {
        try {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
