package io.bpf4j.tools.command;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.tools.Bpf4j;
import io.bpf4j.tools.common.ToolCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code bpf4j} as a process of its own, as a shell would start it. Closing kills what still runs. */
public final class ToolProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path output;
    private final BufferedReader errors;
    private final StringBuilder said = new StringBuilder();

    /** How it ended, and what it wrote. */
    record Result(int code, String output, String errors) {
        /** One line, and at most a hint. */
        boolean isOneLine() {
            return errors.lines().filter(line -> !line.startsWith("hint: ")).count() == 1;
        }
    }

    private ToolProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
        this.errors = process.errorReader();
    }

    /** The command that starts bpf4j. */
    public static List<String> command(String... arguments) {
        return ToolCommand.of(Bpf4j.class, arguments);
    }

    static ToolProcess start(String... arguments) throws IOException {
        return startCommand(command(arguments));
    }

    static ToolProcess startCommand(List<String> command) throws IOException {
        Path output = Files.createTempFile("bpf4j-test", ".out");
        return new ToolProcess(new ProcessBuilder(command).redirectOutput(output.toFile()).start(), output);
    }

    static Result run(String... arguments) throws IOException, InterruptedException {
        try (ToolProcess tool = start(arguments)) {
            return tool.await();
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until the header line says that the probes are in place. */
    void awaitAttached() throws IOException {
        String line = errors.readLine();
        while (line != null) {
            said.append(line).append('\n');
            if (line.contains("; Ctrl-C ends")) {
                return;
            }
            line = errors.readLine();
        }
        throw new IOException("it ended before it attached: " + said);
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
    }

    /** Waits for its end. */
    Result await() throws IOException, InterruptedException {
        StringBuilder rest = new StringBuilder();
        errors.lines().forEach(line -> rest.append(line).append('\n'));
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "it does not end: " + said + rest);
        return new Result(process.exitValue(), Files.readString(output), said.append(rest).toString());
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.deleteIfExists(output);
    }
}
