package io.bpf4j.loader.sys;

import io.bpf4j.vm.abi.ProgramType;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way once, with nothing between us and the kernel: program in, uprobe on, TLS server hit, event out. */
class FirstLightTest {
    private static final int CURRENT_PID_TGID = 14;
    private static final int RINGBUF_OUTPUT = 130;
    private static final int RING_SIZE = 4096;
    private static final int PAGE = 4096;
    private static final Path UPROBE_PMU = Path.of("/sys/bus/event_source/devices/uprobe/type");

    private record Write(long pid, long length) {}

    @TempDir
    private Path directory;

    @BeforeAll
    static void needsRootUprobesAndOpenssl() {
        assumeTrue(LinuxKernel.instance().effectiveUser() == 0, "needs root");
        assumeTrue(Files.exists(UPROBE_PMU), "kernel has no uprobe PMU");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/readelf")), "readelf (binutils) is not installed");
    }

    @Test
    @Timeout(60)
    void anSslWriteOfARealTlsServerArrivesThroughTheRingBuffer() throws Exception {
        var kernel = LinuxKernel.instance();
        var library = Programs.libraryOf("/usr/bin/openssl", "libssl");
        long offset = Programs.offsetOf(library, "SSL_write");
        int pmu = Integer.parseInt(Files.readString(UPROBE_PMU).trim());
        try (var ring = new MapCalls(kernel).create(MapParameters.ringBuffer(RING_SIZE, "events"));
                var program = new ProgramCalls(kernel)
                        .load(ProgramParameters.of(ProgramType.KPROBE, "first_light", writeLogger(ring)));
                var probe = new PerfCalls(kernel)
                        .openUprobe(new PerfCalls.Uprobe(pmu, library.toString(), offset, false, 0, -1));
                var producer = kernel.map(ring, Access.READ, PAGE, PAGE + 2 * RING_SIZE,
                        () -> "mapping the ring")) {
            new PerfCalls(kernel).attach(probe, program);
            long server = serveOnce();
            var bytes = producer.bytes();
            var found = new ArrayList<Write>();
            for (long at = 0; at < bytes.getLong(0); at += 8 + 16) {
                int header = PAGE + (int) at;
                assertEquals(16, bytes.getInt(header), "length of the record");
                found.add(new Write(bytes.getLong(header + 8) >>> 32, bytes.getLong(header + 16)));
            }
            assertTrue(found.contains(new Write(server, 11)), "server is " + server + ", found " + found);
        }
    }

    /** {@code struct { u64 pid_tgid; u64 num; }} of each call, num being in rdx. */
    private static byte[] writeLogger(Fd ring) {
        int rdxInPtRegs = 96; // arch/x86/include/uapi/asm/ptrace.h
        return new Bytecode().loadLong(6, 1, rdxInPtRegs).call(CURRENT_PID_TGID).storeLong(10, -16, 0)
                .insn(0x67, 6, 0, 0, 32).insn(0x77, 6, 0, 0, 32) // num is an int: keep 32 bits
                .storeLong(10, -8, 6).map(1, ring).movReg(2, 10).add(2, -16).mov(3, 16).mov(4, 0)
                .call(RINGBUF_OUTPUT)
                .mov(0, 0).exit().bytes();
    }

    /** Starts a TLS server, lets a client fetch "hello world" from it, and returns the server's pid. */
    private long serveOnce() throws IOException, InterruptedException {
        var certificate = directory.resolve("certificate.pem");
        var key = directory.resolve("key.pem");
        Programs.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
                "/CN=localhost", "-out",
                certificate.toString(), "-keyout", key.toString());
        int port = freePort();
        var server = new ProcessBuilder("openssl", "s_server", "-accept", "127.0.0.1:" + port, "-cert",
                certificate.toString(), "-key", key.toString(), "-naccept", "1").redirectErrorStream(true)
                .start();
        try (var output = server.inputReader()) {
            readUntil(output, "ACCEPT");
            var client = new ProcessBuilder("openssl", "s_client", "-quiet", "-connect", "127.0.0.1:" + port)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            try (var received = client.inputReader()) {
                readUntil(output, "CIPHER is");
                server.getOutputStream().write("hello world".getBytes(StandardCharsets.US_ASCII));
                server.getOutputStream().flush();
                var text = new char[11];
                for (int at = 0; at < text.length;) {
                    at += received.read(text, at, text.length - at);
                }
                assertEquals("hello world", new String(text));
            } finally {
                client.destroyForcibly().waitFor();
            }
            return server.pid();
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private static void readUntil(BufferedReader output, String words) throws IOException {
        var seen = new StringBuilder();
        for (var line = output.readLine(); line != null; line = output.readLine()) {
            seen.append(line).append('\n');
            if (line.contains(words)) {
                return;
            }
        }
        throw new AssertionError("server ended before it said \"" + words + "\": " + seen);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
