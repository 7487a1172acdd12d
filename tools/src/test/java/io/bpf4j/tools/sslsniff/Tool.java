package io.bpf4j.tools.sslsniff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.tools.common.ToolCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code jsslsniff} in a process of its own, so that signals, pipes and exit codes are real. */
final class Tool implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path output;
    private final BufferedReader errorReader;
    private final List<String> errors = new ArrayList<>();

    /** Starts it with its output in a file of a folder. */
    static Tool start(Path folder, String... arguments) {
        return start(folder, List.of(), arguments);
    }

    /** Starts it by way of other programs. */
    static Tool start(Path folder, List<String> prefix, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(command(arguments));
        try {
            Path output = Files.createTempFile(folder, "sniffed", "");
            return new Tool(new ProcessBuilder(command).redirectOutput(output.toFile()).start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it with its output in a pipe. */
    static Tool piped(Path folder, String... arguments) {
        try {
            return new Tool(new ProcessBuilder(command(arguments)).start(), folder.resolve("nothing"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the command line of the tool. */
    static List<String> command(String... arguments) {
        return ToolCommand.of(SslSniff.class, arguments);
    }

    private Tool(Process process, Path output) {
        this.process = process;
        this.output = output;
        this.errorReader = process.errorReader(StandardCharsets.UTF_8);
    }

    /** Waits until it says that it is attached. */
    Tool awaitAttached() {
        awaitError(" mode, tracing ");
        return this;
    }

    private void awaitError(String part) {
        try {
            for (String line = errorReader.readLine(); line != null; line = errorReader.readLine()) {
                errors.add(line);
                if (line.contains(part)) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("it ended without saying \"" + part + "\": " + errors);
    }

    /** Stops reading its output. */
    void closeOutput() throws IOException {
        process.getInputStream().close();
    }

    /** Presses Ctrl-C and waits for a good end. */
    Tool interrupt() throws IOException, InterruptedException {
        signal("INT");
        return awaitEnd(0);
    }

    /** Sends it a signal. */
    void signal(String name) throws IOException, InterruptedException {
        assertEquals(0,
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor());
    }

    /** Waits until it ends with this exit code. */
    Tool awaitEnd(int code) throws InterruptedException {
        errors.addAll(errorReader.lines().toList());
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "it does not end");
        assertEquals(code, process.exitValue(), () -> String.join("\n", errors));
        return this;
    }

    /** Returns what it said on standard error so far. */
    List<String> errors() {
        return errors;
    }

    /** Returns its output, one char a byte. */
    String output() {
        try {
            return Files.readString(output, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns its output as JSON lines. */
    List<Sniffed> calls() {
        try {
            return Files.readAllLines(output).stream().filter(line -> line.startsWith("{"))
                    .map(Sniffed::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
