package io.bpf4j.loader.symbol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The kernel's functions by address, from {@code /proc/kallsyms}; without the right to see addresses, none. */
public final class KernelSymbols {
    private static final Path TABLE = Path.of("/proc/kallsyms");

    private final TreeMap<Long, String> functions = new TreeMap<>(Long::compareUnsigned);

    /** Reads the table once. */
    public static KernelSymbols read() {
        KernelSymbols symbols = new KernelSymbols();
        try (var lines = Files.lines(TABLE)) {
            lines.forEach(symbols::add);
        } catch (IOException | UncheckedIOException e) {
            symbols.functions.clear();
        }
        return symbols;
    }

    /** A line is {@code address type name [module]}; addresses are 0 for those who may not see them. */
    private void add(String line) {
        String[] fields = line.split("[ \t]+");
        if (fields.length >= 3 && "tTwW".contains(fields[1])) {
            long address = Long.parseUnsignedLong(fields[0], 16);
            if (address != 0) {
                functions.putIfAbsent(address, fields[2]);
            }
        }
    }

    /** Names an address. */
    public Frame find(long address) {
        Map.Entry<Long, String> entry = functions.floorEntry(address);
        return entry == null
                ? Frame.unknown(address)
                : new Frame(address, entry.getValue(), address - entry.getKey(), "[kernel]");
    }
}
