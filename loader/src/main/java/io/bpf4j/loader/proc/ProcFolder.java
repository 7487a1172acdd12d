package io.bpf4j.loader.proc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of one process under {@code /proc}: every failure to read there becomes one of the two exceptions that a
 * user can act on.
 */
record ProcFolder(int pid) {

    private static final Path PROC = Path.of("/proc");

    /** Reads what may fail as a system call does. */
    interface Read<T> {
        T read(Path path) throws IOException;
    }

    Path path(String name) {
        return PROC.resolve(Integer.toString(pid)).resolve(name);
    }

    /** The whole text of a file such as {@code maps}; bytes that are not UTF-8 become U+FFFD. */
    String text(String name) {
        return new String(read(name, Files::readAllBytes), StandardCharsets.UTF_8);
    }

    /** Where a link such as {@code exe} points. */
    Path link(String name) {
        return read(name, Files::readSymbolicLink);
    }

    /** The numbers among the names in a folder such as {@code task}, ascending. */
    List<Integer> numbers(String name) {
        return read(name, ProcFolder::numbersIn);
    }

    /** All process ids that we can see, ascending. */
    static List<Integer> processes() {
        try {
            return numbersIn(PROC);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The error's text depends on the locale and its number is not to be had, so an error that has no class of its own
     * is told apart by looking whether the process is still there.
     */
    <T> T read(String name, Read<T> how) {
        try {
            return how.read(path(name));
        } catch (IOException e) {
            if (!exists()) {
                throw new NoSuchProcessException(pid);
            }
            throw new ProcessAccessException(pid, name, e);
        }
    }

    boolean exists() {
        return Files.exists(path("stat"));
    }

    private static List<Integer> numbersIn(Path folder) throws IOException {
        var numbers = new ArrayList<Integer>();
        try (var entries = Files.newDirectoryStream(folder, "[0-9]*")) {
            for (Path entry : entries) {
                numbers.add(Integer.valueOf(entry.getFileName().toString()));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        numbers.sort(null);
        return numbers;
    }
}
