package io.bpf4j.tools.sslsniff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of several libraries, talking to {@code openssl s_server}. */
class ClientSniffTest {
    /** Sends as many bytes as its second argument says, in one call, to a port, as often as its third says. */
    private static final String SENDER = """
            import socket, ssl, sys
            port, size, times = map(int, sys.argv[1:4])
            context = ssl._create_unverified_context()
            connection = context.wrap_socket(socket.create_connection(('127.0.0.1', port)))
            for i in range(times):
                connection.sendall(b''.join(b'%07d\\n' % j for j in range(size // 8)))
            connection.close()
            """;

    /** Waits for a line, with the library loaded; comes before the sender. */
    private static final String WAIT = """
            import ssl
            print('ready', flush=True)
            input()
            """;

    @TempDir
    private Path folder;
    private final List<Process> started = new ArrayList<>();
    private Process server;
    private int port;

    @BeforeEach
    void startServer() throws Exception {
        Live.assume("openssl");
        Live.certificate(folder);
        port = Live.freePort();
        server = start("openssl", "s_server", "-accept", "127.0.0.1:" + port, "-cert", "c.pem", "-key",
                "k.pem",
                "-quiet");
        Live.awaitPort(port, server);
    }

    /** Returns what the sender does first. */
    String opening() {
        return "";
    }

    /** Returns where the probes run. */
    String mode() {
        return "kernel";
    }

    private Tool sniff(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--mode", mode()));
        all.addAll(List.of(arguments));
        return Tool.start(folder, all.toArray(String[]::new));
    }

    @AfterEach
    void stopAll() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(String... command) throws IOException {
        Process process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectError(folder.resolve("errors-of-" + command[0]).toFile()).start();
        started.add(process);
        return process;
    }

    private static void say(Process process, String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    private static void awaitLine(BufferedReader reader, String wanted) throws IOException {
        String line = reader.readLine();
        while (line != null && !line.equals(wanted)) {
            line = reader.readLine();
        }
        assertEquals(wanted, line);
    }

    private static List<String> shown(List<Sniffed> calls) {
        return calls.stream().map(call -> call.symbol() + " " + call.length() + " " + call.data().strip())
                .toList();
    }

    @Test
    void bothEndsOfAnOpensslConversationUntilBothHaveEnded() throws Exception {
        Process client = start("openssl", "s_client", "-quiet", "-connect", "127.0.0.1:" + port);
        BufferedReader atServer = server.inputReader(StandardCharsets.UTF_8);
        BufferedReader atClient = client.inputReader(StandardCharsets.UTF_8);
        say(client, "first");
        awaitLine(atServer, "first");
        try (Tool tool = sniff("--format", "json", "-p", Long.toString(server.pid()), "-p",
                Long.toString(client.pid())).awaitAttached()) {
            say(client, "a question");
            awaitLine(atServer, "a question");
            say(server, "an answer");
            awaitLine(atClient, "an answer");
            client.destroy();
            client.waitFor();
            server.destroy();
            tool.awaitEnd(0);
            assertEquals("jsslsniff: every traced process has ended", tool.errors().getLast());
            List<Sniffed> calls = tool.calls();
            assertEquals(List.of("SSL_write 11 a question", "SSL_read 10 an answer"),
                    shown(calls.stream().filter(call -> call.pid() == client.pid()).toList()));
            assertEquals(List.of("SSL_read 11 a question", "SSL_write 10 an answer"),
                    shown(calls.stream().filter(call -> call.pid() == server.pid()).toList()));
        }
    }

    @Test
    void gnutlsIsReadAndWritten() throws Exception {
        Live.assume("gnutls-cli");
        Process client = start("gnutls-cli", "--insecure", "--logfile=log", "-p", Integer.toString(port),
                "127.0.0.1");
        BufferedReader atServer = server.inputReader(StandardCharsets.UTF_8);
        say(client, "first");
        awaitLine(atServer, "first");
        try (Tool tool = sniff("--format", "json", "-o", "-n", "-p", Long.toString(client.pid()))
                .awaitAttached()) {
            say(client, "a question");
            awaitLine(atServer, "a question");
            say(server, "an answer");
            awaitLine(client.inputReader(StandardCharsets.UTF_8), "an answer");
            tool.interrupt();
            assertEquals(List.of("gnutls_record_send 11 a question", "gnutls_record_recv 10 an answer"),
                    shown(tool.calls()));
        }
    }

    private Tool sniffSender(int size, int times, String... options) throws IOException {
        Path script = Files.writeString(folder.resolve("sender.py"), opening() + SENDER);
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(
                List.of("--", "python3", script.toString(), Integer.toString(port), Integer.toString(size),
                        Integer.toString(times)));
        // The server must read, or the sender waits for ever.
        Thread.ofVirtual()
                .start(() -> server.inputReader(StandardCharsets.UTF_8).lines().forEach(line -> {}));
        return sniff(arguments.toArray(String[]::new));
    }

    private static String pattern(int size) {
        return IntStream.range(0, size / 8).mapToObj("%07d\n"::formatted).collect(Collectors.joining());
    }

    @Test
    void pythonsCallsAreSeenAndThirtyTwoKibibytesAreShownWhole() throws Exception {
        Live.assume("python3");
        try (Tool tool = sniffSender(32 * 1024, 3, "--max-buffer-size", "32768", "--format", "json")) {
            tool.awaitEnd(0);
            List<Sniffed> calls = tool.calls();
            assertEquals(3, calls.size());
            for (Sniffed call : calls) {
                assertEquals("SSL_write_ex", call.symbol());
                assertEquals(32 * 1024, call.length());
                assertEquals(0, call.truncated());
                assertEquals(pattern(32 * 1024), call.data());
            }
        }
    }

    @Test
    void missingBytesAreCountedExactly() throws Exception {
        Live.assume("python3");
        try (Tool tool = sniffSender(100_000, 1)) {
            tool.awaitEnd(0);
            List<String> lines = tool.output().lines().toList();
            assertTrue(lines.get(1).startsWith("WRITE/SEND   0.000000000        python3 "), lines.get(1));
            assertTrue(lines.get(1).endsWith(" 100000 "), lines.get(1));
            assertEquals(pattern(8192), String.join("\n", lines.subList(3, 3 + 1024)) + "\n");
            assertTrue(lines.contains("----- END DATA (TRUNCATED, 91808 bytes lost) -----"), tool.output());
        }
    }

    @Test
    void wholeCallsAreJoinedFromTheirPieces() throws Exception {
        Live.assume("python3");
        try (Tool tool = sniffSender(1_200_000, 2, "--whole", "--format", "json")) {
            tool.awaitEnd(0);
            List<Sniffed> calls = tool.calls();
            assertEquals(2, calls.size());
            for (Sniffed call : calls) {
                assertEquals(1_200_000, call.length());
                assertEquals(1_200_000 - (1 << 20), call.truncated());
                assertEquals(pattern(1 << 20), call.data());
            }
        }
    }

    /** A stopped tool reads nothing, so that the ring must overflow: 8 MiB against twice as much. */
    @Test
    void callsThatFindNoRoomAreCountedExactly() throws Exception {
        Live.assume("python3");
        int calls = 1500;
        Path script = Files.writeString(folder.resolve("sender.py"), WAIT + SENDER);
        Process sender = start("python3", script.toString(), Integer.toString(port), "8192",
                Integer.toString(calls));
        Thread.ofVirtual()
                .start(() -> server.inputReader(StandardCharsets.UTF_8).lines().forEach(line -> {}));
        awaitLine(sender.inputReader(), "ready");
        try (Tool tool = sniff("--format", "json", "-p", Long.toString(sender.pid()))
                .awaitAttached()) {
            tool.signal("STOP");
            say(sender, "go");
            assertEquals(0, sender.waitFor());
            tool.signal("CONT");
            tool.awaitEnd(0);
            List<Sniffed> shown = tool.calls();
            assertTrue(shown.stream().allMatch(call -> call.data().equals(pattern(8192))));
            String last = tool.errors().get(tool.errors().size() - 2);
            assertEquals("jsslsniff: lost " + (calls - shown.size()) + " calls (SSL_write_ex "
                    + (calls - shown.size()) + ")", last);
            assertTrue(shown.size() < calls && shown.size() > calls / 3, "shown: " + shown.size());
        }
    }

    @Test
    void callsWhosePiecesFoundNoRoomAreShownAsFarAsTheyGo() throws Exception {
        Live.assume("python3");
        int calls = 60;
        int size = 1_000_000;
        Path script = Files.writeString(folder.resolve("sender.py"), WAIT + SENDER);
        Process sender = start("python3", script.toString(), Integer.toString(port), Integer.toString(size),
                Integer.toString(calls));
        Thread.ofVirtual()
                .start(() -> server.inputReader(StandardCharsets.UTF_8).lines().forEach(line -> {}));
        awaitLine(sender.inputReader(), "ready");
        try (Tool tool = sniff("--format", "json", "--whole", "-p", Long.toString(sender.pid()))
                .awaitAttached()) {
            tool.signal("STOP");
            say(sender, "go");
            assertEquals(0, sender.waitFor());
            tool.signal("CONT");
            tool.awaitEnd(0);
            String sent = pattern(size);
            List<Sniffed> shown = tool.calls();
            assertTrue(shown.stream().allMatch(call -> sent.startsWith(call.data())
                    && call.data().length() + call.truncated() == size));
            long whole = shown.stream().filter(call -> call.truncated() == 0).count();
            // What does not fit was refused at its first piece or at a later one: once per call.
            assertEquals(
                    "jsslsniff: lost " + (calls - whole) + " calls (SSL_write_ex " + (calls - whole) + ")",
                    tool.errors().get(tool.errors().size() - 2));
            assertTrue(whole < calls && whole > calls / 3, "whole: " + whole);
        }
    }

    @Test
    void escapeSequencesInDataDoNotReachATerminal() throws Exception {
        Live.assume("python3", "script");
        String escape = opening() + SENDER.replace("b''.join(b'%07d\\n' % j for j in range(size // 8))",
                "b'before\\x1b]0;title\\x07after\\x9b2J\\xc2\\x9b\\rend\\n'");
        Path script = Files.writeString(folder.resolve("escape.py"), escape);
        String command = Tool
                .command("--mode", mode(), "--", "python3", script.toString(), Integer.toString(port), "0",
                        "1")
                .stream()
                .map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        Process terminal = start("script", "-qec", command, folder.resolve("typescript").toString());
        String shown = new String(terminal.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, terminal.waitFor(), shown);
        assertTrue(shown.contains("before^[]0;title^Gafter\ufffd2J\ufffd^Mend\r\n"), shown);
        assertFalse(shown.contains("\u001b"), shown);
    }
}
