package io.bpf4j.tools.syscount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.tools.common.ToolCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tool in a process of its own, the program that it counts, and strace to compare with. */
final class Tool implements AutoCloseable {
    private static final Pattern ROW = Pattern
            .compile("(\\S+|\\[unknown: \\d+]|\\d+ +\\S.*?) +(\\d+)( +[0-9.]+)?");

    private final Process process;
    private final BufferedReader output;
    private final Path errors;

    /** How it ended, and all that it said. */
    record Result(int code, String output, String errors) {

        /** Returns the counts of all readings together, by the text of the first column. */
        Map<String, Long> counts() {
            Map<String, Long> counts = new TreeMap<>();
            rows().forEach(row -> counts.merge(row.group(1).replaceAll(" +", " "),
                    Long.parseLong(row.group(2)), Long::sum));
            return counts;
        }

        /** Returns the matched rows: name, count, time. */
        List<Matcher> rows() {
            return output.lines().filter(line -> !line.startsWith("Tracing") && !line.startsWith("SYSCALL")
                    && !line.startsWith("PID ")).map(ROW::matcher).filter(Matcher::matches).toList();
        }
    }

    private Tool(Process process, Path errors) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
        this.errors = errors;
    }

    static void assumeThatItCanRun() throws IOException {
        assumeTrue((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "needs root");
        assumeTrue(Files.exists(Path.of("/usr/bin/gcc")), "needs gcc");
    }

    static void assumeStrace() {
        assumeTrue(Files.exists(Path.of("/usr/bin/strace")), "needs strace");
    }

    /** Returns the command that starts the tool. */
    static List<String> command(String... arguments) {
        return ToolCommand.of(SysCount.class, arguments);
    }

    static Tool start(List<String> command) throws IOException {
        Path errors = Files.createTempFile("jsyscount", ".errors");
        return new Tool(new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
    }

    /** Starts the tool and waits until it counts. */
    static Tool startAndAwait(String... arguments) throws IOException {
        Tool tool = start(command(arguments));
        String first = tool.output.readLine();
        assertTrue(first != null && first.startsWith("Tracing"), () -> first + read(tool.errors));
        return tool;
    }

    static Result run(String... arguments) throws IOException, InterruptedException {
        try (Tool tool = start(command(arguments))) {
            return tool.finish();
        }
    }

    /** Sends a signal. */
    void signal(String name) throws IOException, InterruptedException {
        assertEquals(0,
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor());
    }

    /** Waits for its end. */
    Result finish() throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            text.append(line).append('\n');
        }
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        return new Result(process.exitValue(), text.toString(), read(errors));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        Files.deleteIfExists(errors);
    }

    /** Builds the program to count. */
    static Path target(Path directory) throws IOException, InterruptedException {
        Path program = directory.resolve("target");
        assertEquals(0, new ProcessBuilder("gcc", "-O1", "-w", "-o", program.toString(),
                "src/test/resources/io/bpf4j/tools/syscount/target.c").inheritIO().start().waitFor());
        return program;
    }

    /** Starts the program, which waits in read(2) for a byte if its first section is {@code r}. */
    static Process launch(Path program, String sections) throws IOException {
        Process started = new ProcessBuilder(program.toString(), sections).start();
        Path call = Path.of("/proc", Long.toString(started.pid()), "syscall");
        while (sections.startsWith("r") && !Files.readString(call).startsWith("0 0x0 ")) {
            Thread.onSpinWait();
        }
        return started;
    }

    /** Lets it go on, and waits for its end. */
    static void release(Process started) throws IOException, InterruptedException {
        started.getOutputStream().write('x');
        started.getOutputStream().close();
        assertEquals(0, started.waitFor());
    }

    /** Returns what strace counts: calls, or only those that fail. */
    static Map<String, Long> strace(Path program, String sections, boolean failures)
            throws IOException, InterruptedException {
        Path report = Files.createTempFile("strace", ".txt");
        Process strace = new ProcessBuilder("strace", "-c", "-f", "-U", "calls,errors,name", "-o",
                report.toString(), program.toString(), sections).start();
        if (sections.startsWith("r")) {
            strace.getOutputStream().write('x');
        }
        strace.getOutputStream().close();
        assertEquals(0, strace.waitFor());
        Map<String, Long> counts = new TreeMap<>();
        for (String line : Files.readAllLines(report)) {
            String[] words = line.strip().split(" +");
            if (words[0].matches("\\d+") && !words[words.length - 1].equals("total")) {
                long count = !failures
                        ? Long.parseLong(words[0])
                        : words.length == 3 ? Long.parseLong(words[1]) : 0;
                if (count > 0) {
                    counts.put(words[words.length - 1], count);
                }
            }
        }
        Files.delete(report);
        return counts;
    }
}
