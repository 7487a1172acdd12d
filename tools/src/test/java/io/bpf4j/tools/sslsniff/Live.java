package io.bpf4j.tools.sslsniff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.feature.Support;
import io.bpf4j.loader.proc.ExecutableFinder;
import io.bpf4j.loader.sys.LinuxKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** What the tests on real programs need from the machine. */
final class Live {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long CHECK_NANOSECONDS = 5_000_000;

    private Live() {}

    /** Skips a test where programs cannot be loaded or others are not installed. */
    static void assume(String... programs) {
        Support support = new KernelFeatures(LinuxKernel.instance()).support(Feature.BPF_CALL);
        assumeTrue(support.available(), support::explanation);
        for (String program : programs) {
            assumeTrue(ExecutableFinder.ofEnvironment().find(program).isPresent(),
                    program + " is not installed");
        }
    }

    /** Makes c.pem and k.pem in a folder. */
    static void certificate(Path folder) throws IOException, InterruptedException {
        run(folder, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out",
                "c.pem",
                "-days", "2", "-subj", "/CN=localhost");
    }

    /** Runs a program to its good end. */
    static void run(Path folder, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("errors-of-" + Path.of(command[0]).getFileName()).toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> List.of(command) + " failed, see its errors in " + folder);
    }

    /** Returns a port of the loopback interface that nobody uses. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Waits until there is something. */
    static <T> T await(Supplier<Optional<T>> what, String orElse) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Optional<T> found = what.get();
        while (found.isEmpty()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(orElse);
            }
            LockSupport.parkNanos(CHECK_NANOSECONDS);
            found = what.get();
        }
        return found.get();
    }

    /** Waits until somebody accepts connections. */
    static void awaitPort(int port, Process server) {
        await(() -> accepts(port, server), "nobody listens at port " + port);
    }

    private static Optional<Boolean> accepts(int port, Process server) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return Optional.of(socket.isConnected());
        } catch (IOException e) {
            if (!server.isAlive()) {
                throw new UncheckedIOException("the server has ended", e);
            }
            return Optional.empty();
        }
    }
}
