package io.bpf4j.vm.abi;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The numbers and names of an architecture's system calls, from the text tables beside this class, which name their
 * source. Numbers that the table lacks belong to a newer kernel, or to the 32-bit and x32 interfaces.
 */
public final class SystemCalls {
    private final TreeMap<Integer, String> byNumber = new TreeMap<>();
    private final Map<String, Integer> byName = new HashMap<>();

    private SystemCalls(String architecture) {
        String table = "system-calls-" + architecture + ".txt";
        try (var stream = SystemCalls.class.getResourceAsStream(table)) {
            if (stream == null) {
                throw new IllegalArgumentException("no table of system calls for " + architecture);
            }
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII)).lines()
                    .filter(line -> !line.startsWith("#")).forEach(this::add);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + table, e);
        }
    }

    private void add(String line) {
        int space = line.indexOf(' ');
        int number = Integer.parseInt(line.substring(0, space));
        String name = line.substring(space + 1);
        byNumber.put(number, name);
        byName.put(name, number);
    }

    /**
     * Reads the table of an architecture as {@code uname -m} calls it.
     *
     * @throws IllegalArgumentException if there is none; x86_64 and aarch64 have one
     */
    public static SystemCalls of(String architecture) {
        return new SystemCalls(architecture);
    }

    /** Reads the table of the machine that runs this. */
    public static SystemCalls ofThisMachine() {
        String architecture = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return of(architecture.equals("amd64") ? "x86_64" : architecture);
    }

    /** Returns the name of a call. */
    public Optional<String> name(int number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    /** Returns the number of a call. */
    public OptionalInt number(String name) {
        Integer number = byName.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** Returns every call by rising number. */
    public Map<Integer, String> all() {
        return new TreeMap<>(byNumber);
    }
}
