package io.bpf4j.tools.command;

import io.bpf4j.loader.proc.ExecutableFinder;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.StartedCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A TLS conversation of our own to look at: a server on the loopback, with a certificate of its own, and a client that
 * waits for its start. Both are the machine's {@code openssl}; closing ends them and leaves no file behind.
 */
final class Conversation implements AutoCloseable {
    private static final String PROGRAM = "openssl";
    private static final long DEADLINE_SECONDS = 5;
    private static final String LISTENING = "ACCEPT ";

    private final Path directory;
    private Process server;
    private StartedCommand client;

    private Conversation(Path directory) {
        this.directory = directory;
    }

    /**
     * Starts the server, and the client up to its first instruction.
     *
     * @throws UserError if this machine has not what it takes
     */
    static Conversation prepare(Kernel kernel) {
        if (ExecutableFinder.ofEnvironment().find(PROGRAM).isEmpty()) {
            throw new UserError(ExitCode.NO_TARGET, "the demo needs the program openssl, which is not here",
                    "apt-get install openssl, or dnf install openssl");
        }
        try {
            Conversation conversation = new Conversation(Files.createTempDirectory("bpf4j-demo"));
            try {
                conversation.start(kernel);
                return conversation;
            } catch (IOException | RuntimeException e) {
                conversation.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UserError(ExitCode.FAILED, "cannot start a TLS conversation: " + e.getMessage(), "", e);
        }
    }

    private void start(Kernel kernel) throws IOException {
        Files.writeString(directory.resolve("secret.txt"), "The treasure is under the third palm tree.\n");
        Files.writeString(directory.resolve("request"),
                "GET /secret.txt HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer open-sesame\r\n\r\n");
        finish(new ProcessBuilder(PROGRAM, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
                "-subj",
                "/CN=localhost", "-keyout", "key.pem", "-out", "certificate.pem"));
        server = new ProcessBuilder(PROGRAM, "s_server", "-accept", "127.0.0.1:0", "-WWW", "-cert",
                "certificate.pem", "-key", "key.pem").directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String talk = "cd \"$1\" && exec openssl s_client -quiet -connect \"$2\" <request >/dev/null 2>&1";
        client = StartedCommand.start(kernel,
                List.of("/bin/sh", "-c", talk, "sh", directory.toString(), address()));
    }

    private void finish(ProcessBuilder builder) throws IOException {
        Process process = builder.directory(directory.toFile()).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try {
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("openssl req made no certificate");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The server says where it listens once it does. */
    private String address() throws IOException {
        BufferedReader output = server.inputReader();
        String line = output.readLine();
        while (line != null && !line.startsWith(LISTENING)) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException("openssl s_server ended before it listened");
        }
        return line.substring(LISTENING.length()).strip();
    }

    /** Returns the one whose TLS calls are worth watching: the server's go past the library's usual entrances. */
    StartedCommand client() {
        return client;
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.destroyForcibly().onExit().join();
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
