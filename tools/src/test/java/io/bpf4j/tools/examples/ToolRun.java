package io.bpf4j.tools.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.feature.Support;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.tools.Bpf4j;
import io.bpf4j.tools.common.ToolCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** {@code bpf4j run} on an example, in a process of its own. */
final class ToolRun implements AutoCloseable {
    static final String PYTHON = "/usr/bin/python3";
    /** Where the examples are, seen from the folder that the tests run in. */
    static final Path EXAMPLES = Path.of("examples");

    private static final long DEADLINE_SECONDS = 60;

    private final Process process;
    private final Path output;
    private final BlockingQueue<Optional<String>> errors;

    private ToolRun(Process process, Path output) {
        this.process = process;
        this.output = output;
        errors = lines(process.errorReader(StandardCharsets.UTF_8)::lines);
    }

    /** Insists on a machine where programs can be loaded and there is the python that most targets are. */
    static void assumeItCanRun() {
        Support support = new KernelFeatures(LinuxKernel.instance()).support(Feature.BPF_CALL);
        assumeTrue(support.available(), support.explanation());
        assumeTrue(Files.isExecutable(Path.of(PYTHON)), PYTHON + " is not installed");
    }

    /**
     * Starts the tool.
     *
     * @param folder for what it prints, and the home of a command that it starts
     * @param example the name of the file without its suffix
     * @param arguments after the file
     */
    static ToolRun start(Path folder, String example, String... arguments) throws IOException {
        Path output = folder.resolve(example + ".out");
        List<String> command = ToolCommand.of(Bpf4j.class, "run",
                EXAMPLES.resolve(example + ".probe").toString(),
                "--output", output.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("LC_ALL", "C");
        return new ToolRun(builder.start(), output);
    }

    /** Starts the tool on a program in python, as a user would; returns what the tool printed at the end. */
    static List<String> python(Path folder, String example, String program) throws Exception {
        try (ToolRun run = start(folder, example, "--", PYTHON, "-I", "-S", "-c", program)) {
            return run.finish();
        }
    }

    /** Reads lines in a thread of its own; the end is an empty one. */
    private static BlockingQueue<Optional<String>> lines(
            Supplier<Stream<String>> source) {
        BlockingQueue<Optional<String>> queue = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().start(() -> {
            source.get().forEach(line -> queue.add(Optional.of(line)));
            queue.add(Optional.empty());
        });
        return queue;
    }

    /** Waits until the tool says that its probes are in place. */
    void awaitAttached() throws InterruptedException {
        List<String> before = new ArrayList<>();
        while (true) {
            Optional<String> line = errors.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(line, "the tool is silent after " + before);
            assertTrue(line.isPresent(), "the tool ended with " + before);
            if (line.get().contains("sites attached")) {
                return;
            }
            before.add(line.get());
        }
    }

    /** Sends the command that the tool started a text, and no more than that. */
    void type(String text) throws IOException {
        try (var input = process.getOutputStream()) {
            input.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Waits until what the tool has printed is as wanted. */
    List<String> awaitOutput(Predicate<List<String>> wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (true) {
            List<String> lines = Files.exists(output) ? Files.readAllLines(output) : List.of();
            if (wanted.test(lines)) {
                return lines;
            }
            assertTrue(process.isAlive(), () -> "the tool ended with " + lines);
            assertTrue(System.nanoTime() - deadline < 0, () -> "the tool printed " + lines);
            Thread.onSpinWait();
        }
    }

    /** Waits for the end, which must be a success; returns what the tool printed. */
    List<String> finish() throws Exception {
        process.getOutputStream().close();
        assertTrue(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS), "the tool did not end");
        List<String> said = new ArrayList<>();
        for (Optional<String> line = errors.take(); line.isPresent(); line = errors.take()) {
            said.add(line.get());
        }
        assertEquals(0, process.exitValue(), () -> "the tool ended with " + said);
        return Files.readAllLines(output);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
