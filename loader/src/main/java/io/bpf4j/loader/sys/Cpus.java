package io.bpf4j.loader.sys;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/** Which CPUs there are, by their numbers. */
public final class Cpus {
    private static final Path DIRECTORY = Path.of("/sys/devices/system/cpu");

    private Cpus() {}

    /** The CPUs that run now. */
    public static int[] online() {
        return read("online");
    }

    /** The CPUs that may ever run; a per-CPU map has a value for each of them. */
    public static int[] possible() {
        return read("possible");
    }

    /** How many bytes one value of a per-CPU map takes at this interface: 8-byte rounded, for each possible CPU. */
    public static int perCpuValueSize(int valueSize) {
        return Math.multiplyExact((valueSize + Long.BYTES - 1) / Long.BYTES * Long.BYTES, possible().length);
    }

    private static int[] read(String file) {
        try {
            return parse(Files.readString(DIRECTORY.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + DIRECTORY.resolve(file), e);
        }
    }

    /** Reads a list as the kernel writes it: {@code 0-3,8,10-11}. */
    static int[] parse(String list) {
        var cpus = IntStream.builder();
        for (var range : list.trim().split(",")) {
            var ends = range.split("-");
            int first = Integer.parseInt(ends[0]);
            int last = Integer.parseInt(ends[ends.length - 1]);
            IntStream.rangeClosed(first, last).forEach(cpus);
        }
        return cpus.build().toArray();
    }
}
