package io.bpf4j.vm.btf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The BTF of the running kernel, read once. */
public final class KernelBtf {
    /** Where the kernel shows it. */
    public static final Path FILE = Path.of("/sys/kernel/btf/vmlinux");

    private static Btf parsed;

    private KernelBtf() {}

    /** Returns it, or skips the test where there is none. */
    public static synchronized Btf get() {
        assumeTrue(Files.isReadable(FILE), "the kernel shows no BTF");
        if (parsed == null) {
            parsed = Btf.parse(bytes());
        }
        return parsed;
    }

    static byte[] bytes() {
        try {
            return Files.readAllBytes(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
