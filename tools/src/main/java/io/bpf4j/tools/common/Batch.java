package io.bpf4j.tools.common;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Many requests in one process: a line of standard input each, answered before the next is read. */
public final class Batch {

    private Batch() {}

    /** Has each line that is not blank answered, to an output that is flushed after it. */
    public static void run(Output output, Consumer<String> answer) {
        try (var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                if (!line.isBlank()) {
                    answer.accept(line);
                    output.flush();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
