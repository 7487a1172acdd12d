package io.bpf4j.bench.compare.micro;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The running program that is measured, and its file. */
final class Victim implements AutoCloseable {

    /**
     * A shell that starts a program as its child and says its number: Java waits for all children of its own, and would
     * take it for an end when one is stopped to be traced.
     */
    private static final String SHELL = "exec 3<&0; sh -c 'echo $$; exec \"$0\"' \"$0\" <&3 3<&- & exec 3<&-; wait $!";

    private final Path file;
    private final Map<String, Long> functions;
    private final Process shell;
    private final int pid;
    /** The orders that were given to single threads, since the start. */
    private long given;

    /** Writes the program to a temporary file and starts it. */
    Victim(VictimCode.Program program) throws IOException {
        functions = program.functions();
        file = Files.createTempFile("victim", ".elf",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.write(file, program.file());
        shell = new ProcessBuilder("sh", "-c", SHELL, file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        pid = Integer.parseInt(line());
    }

    /** Returns its number. */
    int pid() {
        return pid;
    }

    /** Returns its file. */
    Path file() {
        return file;
    }

    /**
     * Lets a number of threads call a function at once.
     *
     * @return for each thread the times of its batches, in nanoseconds per call
     */
    List<double[]> measure(String function, int threads, int batches, int calls) {
        given += threads;
        Order order = new Order(functions.get(function), batches, calls, given);
        try {
            shell.getOutputStream().write(order.bytes(threads));
            shell.getOutputStream().flush();
            List<double[]> times = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                byte[] answer = shell.getInputStream().readNBytes(Answer.SIZE);
                if (answer.length < Answer.SIZE) {
                    throw new IllegalStateException("the victim has died in " + function);
                }
                times.add(new Answer(answer).times(order));
            }
            return times;
        } catch (IOException e) {
            throw new UncheckedIOException("the victim has died in " + function, e);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        InputStream in = shell.getInputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.US_ASCII);
    }

    /** Ends it: it reads the end of its orders. */
    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
            shell.waitFor();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
