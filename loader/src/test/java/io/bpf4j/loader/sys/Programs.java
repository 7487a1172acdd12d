package io.bpf4j.loader.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks the system's own programs about files. */
final class Programs {
    private Programs() {}

    static Path libraryOf(String executable, String name) throws IOException, InterruptedException {
        for (var line : run("ldd", executable)) {
            if (line.contains(name)) {
                return Path.of(line.replaceAll(".*=> (\\S+) .*", "$1")).toRealPath();
            }
        }
        throw new AssertionError(executable + " does not use " + name);
    }

    /** A symbol's place in the file: its address less that of the segment it is in, plus that segment's offset. */
    static long offsetOf(Path library, String symbol) throws IOException, InterruptedException {
        long address = -1;
        for (var line : run("readelf", "-W", "--dyn-syms", library.toString())) {
            var columns = line.trim().split("\\s+");
            if (columns.length >= 8 && columns[7].replaceAll("@.*", "").equals(symbol)) {
                address = Long.parseLong(columns[1], 16);
            }
        }
        for (var line : run("readelf", "-W", "-l", library.toString())) {
            var columns = line.trim().split("\\s+");
            if (columns[0].equals("LOAD")) {
                long offset = Long.decode(columns[1]);
                long start = Long.decode(columns[2]);
                if (address >= start && address < start + Long.decode(columns[4])) {
                    return address - start + offset;
                }
            }
        }
        throw new AssertionError(symbol + " is not in " + library);
    }

    static List<String> run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var lines = process.inputReader().lines().toList();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), String.join(" ", command) + " does not end");
        assertEquals(0, process.exitValue(), () -> String.join(" ", command) + ": " + lines);
        return lines;
    }
}
