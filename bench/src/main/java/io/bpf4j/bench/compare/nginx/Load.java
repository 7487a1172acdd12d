package io.bpf4j.bench.compare.nginx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A wrk that loads a server until it is told to stop. */
final class Load {

    private static final int CONNECTIONS = 64;

    private final Process process;
    private final Path output;

    /** Starts one, on the second CPU if there are two. */
    Load(String url, Path folder) throws IOException {
        output = folder.resolve("wrk.txt");
        List<String> command = new ArrayList<>();
        if (Runtime.getRuntime().availableProcessors() > 1) {
            command.addAll(List.of("taskset", "-c", "1"));
        }
        command.addAll(List.of("wrk", "-t1", "-c" + CONNECTIONS, "-d", "1h", url));
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile())
                .start();
    }

    /** Stops it as Ctrl-C does; returns what went wrong, if something did. */
    Optional<String> stop() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        process.waitFor();
        return errors(Files.readString(output, StandardCharsets.UTF_8));
    }

    /** Returns the lines of wrk's summary that tell of errors; a run without a summary is one. */
    static Optional<String> errors(String text) {
        if (!text.contains("Requests/sec:")) {
            return Optional.of("wrk has no result: " + text.strip());
        }
        String found = String.join("; ", Stream.of(text.split("\n")).map(String::strip)
                .filter(line -> line.startsWith("Socket errors") || line.startsWith("Non-2xx")).toList());
        return found.isEmpty() ? Optional.empty() : Optional.of("wrk: " + found);
    }
}
