package io.bpf4j.loader.inject;

import io.bpf4j.loader.elf.BinarySamples;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process to work on: the child of a shell, as our own children are waited for by the JVM, which would take a stop
 * for the end. It says when it is ready, and says how it fared when it is told to end.
 */
public final class Victim implements AutoCloseable {
    private final Process shell;
    private final BufferedReader output;
    private final int pid;

    private Victim(Process shell) throws IOException {
        this.shell = shell;
        this.output = shell.inputReader();
        this.pid = Integer.parseInt(output.readLine());
    }

    /** Compiles a C program that lies among the tests' resources. */
    public static Path compile(Path folder, String name, String... flags) {
        return BinarySamples.compile(folder, source(name + ".c"), name, flags);
    }

    static String source(String file) {
        try (var source = Victim.class.getResourceAsStream(file)) {
            return new String(source.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a program and waits until it says {@code ready}. */
    public static Victim start(String... command) {
        try {
            var all = new ArrayList<>(List.of("sh", "-c",
                    "exec 3<&0; sh -c 'echo $$; exec \"$@\"' sh \"$@\" <&3 3<&- & exec 3<&-; wait $! 2>&-",
                    "sh"));
            all.addAll(List.of(command));
            var victim = new Victim(
                    new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT).start());
            String line = victim.output.readLine();
            if (!"ready".equals(line)) {
                victim.close();
                throw new AssertionError(List.of(command) + " said " + line);
            }
            return victim;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int pid() {
        return pid;
    }

    /** Writes a line to it. */
    public void tell(String line) {
        try {
            shell.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            shell.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next line of its output, null at its end. */
    public String line() {
        try {
            return output.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tells it to end and returns its last words. */
    public String finish() {
        tell("end");
        return line();
    }

    /** Waits until it ended and returns its exit code, with 128 and the signal's number for one that a signal ended. */
    public int exitCode() {
        try {
            return shell.waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        exitCode();
    }
}
