package io.bpf4j.bench.engine;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Who computes. */
enum Contestant {
    /** The same computation, compiled by clang. */
    C("c"),
    /** The kernel's own compiler. */
    KERNEL("kernel"),
    /** Machine code. */
    NATIVE("x64"),
    /** Bytecode of the JVM, compiled by HotSpot. */
    JVM("jvm"),
    /** The interpreter. */
    INTERPRETER("interpreter");

    private final String counter;

    Contestant(String counter) {
        this.counter = counter;
    }

    /** Returns the name of its counter in {@link EngineBenchmark.Times}. */
    String counter() {
        return counter;
    }

    /** Returns its name on the command line. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Finds one by its name. */
    static Optional<Contestant> of(String label) {
        return Stream.of(values()).filter(one -> one.label().equals(label)).findFirst();
    }

    /** Returns all names. */
    static List<String> labels() {
        return Stream.of(values()).map(Contestant::label).toList();
    }
}
