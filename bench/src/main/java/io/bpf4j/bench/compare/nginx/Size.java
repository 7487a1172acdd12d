package io.bpf4j.bench.compare.nginx;

import java.util.List;

/** Sizes of answers. */
enum Size {
    ONE("1k", 1, true),
    TWO("2k", 2, false),
    FOUR("4k", 4, false),
    SIXTEEN("16k", 16, true),
    LARGE("128k", 128, true),
    LARGEST("256k", 256, false);

    private static final int KIBI = 1024;

    private final String label;
    private final int kibibytes;
    private final boolean usual;

    Size(String label, int kibibytes, boolean usual) {
        this.label = label;
        this.kibibytes = kibibytes;
        this.usual = usual;
    }

    /** Returns those to measure. */
    static List<Size> chosen(boolean full) {
        return List.of(values()).stream().filter(size -> full || size.usual).toList();
    }

    /** Returns what readers see; the name of the file, too. */
    String label() {
        return label;
    }

    /** Returns the number of bytes. */
    int bytes() {
        return kibibytes * KIBI;
    }
}
