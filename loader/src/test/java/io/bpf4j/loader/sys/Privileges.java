package io.bpf4j.loader.sys;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What tests on the real kernel ask for, and how they look for leaks. */
public final class Privileges {
    private Privileges() {}

    /** Skips the test unless this process may use {@code bpf()}. */
    public static Kernel rootKernel() {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "needs Linux on x86-64");
        var kernel = LinuxKernel.instance();
        assumeTrue(kernel.effectiveUser() == 0, "needs root");
        return kernel;
    }

    /** How many descriptors of this process lead to BPF objects, perf events, epoll sets or event counters. */
    public static long kernelDescriptors() throws IOException {
        try (var links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(Privileges::isKernelObject).count();
        }
    }

    private static boolean isKernelObject(Path link) {
        try {
            return Files.readSymbolicLink(link).toString().matches("anon_inode:\\[?(bpf|perf|event|btf).*");
        } catch (IOException e) {
            return false; // the descriptor of this listing, or of another thread's file
        }
    }
}
