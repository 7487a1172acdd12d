package io.bpf4j.tools.sslsniff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker of a real nginx, asked by real curl. */
class NginxSniffTest {
    private static final int KEPT_ALIVE = 1000;
    private static final int CLOSED = 200;

    @TempDir
    private Path folder;
    private Nginx nginx;

    @BeforeEach
    void startNginx() throws Exception {
        Live.assume("nginx", "curl", "openssl");
        nginx = Nginx.start(folder);
    }

    /** Returns what is asked for answers. */
    final Nginx nginx() {
        return nginx;
    }

    /** Returns where the probes run. */
    String mode() {
        return "kernel";
    }

    final Tool sniff(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--mode", mode()));
        all.addAll(List.of(arguments));
        return Tool.start(folder, all.toArray(String[]::new));
    }

    @AfterEach
    void stopNginx() {
        if (nginx != null) {
            nginx.close();
        }
    }

    final void ask(int count, String... more) throws IOException, InterruptedException {
        Path urls = folder.resolve("urls");
        Files.write(urls, IntStream.range(0, count).mapToObj(i -> "url = \"" + nginx.url("/path-" + i) + "\"")
                .toList());
        List<String> command = new ArrayList<>(List.of("curl", "-k", "-s", "-S", "-K", urls.toString()));
        command.addAll(List.of(more));
        Live.run(folder, command.toArray(String[]::new));
    }

    private static void assertWhole(List<Sniffed> calls, int count) {
        for (Sniffed call : calls) {
            assertEquals(0, call.truncated(), call.toString());
            assertEquals(call.length(), call.data().length(), call.toString());
        }
        assertEquals(IntStream.range(0, count).mapToObj(i -> "GET /path-" + i + " HTTP/1.1").toList(),
                calls.stream().filter(call -> call.function().equals("READ/RECV"))
                        .map(call -> call.data().lines().findFirst().orElse("")).toList());
        assertEquals(IntStream.range(0, count).mapToObj(i -> "answer to /path-" + i).toList(),
                calls.stream().filter(call -> call.function().equals("WRITE/SEND"))
                        .map(call -> call.data().lines().reduce((first, second) -> second).orElse(""))
                        .toList());
    }

    private static Map<String, List<String>> functionsByConnection(List<Sniffed> calls) {
        return calls.stream().collect(Collectors.groupingBy(Sniffed::connection, HashMap::new,
                Collectors.mapping(Sniffed::function, Collectors.toList())));
    }

    @Test
    void everyRequestAndAnswerOfAKeptConnectionIsShownOnceAndInOrder() throws Exception {
        try (Tool tool = sniff("-v", "--format", "json", "-p", nginx.worker()).awaitAttached()) {
            ask(KEPT_ALIVE);
            tool.interrupt();
            List<Sniffed> calls = tool.calls();
            assertWhole(calls, KEPT_ALIVE);
            Map<String, List<String>> functions = functionsByConnection(calls);
            assertEquals(1, functions.size(), "one connection was kept");
            List<String> expected = IntStream.range(0, 2 * KEPT_ALIVE)
                    .mapToObj(i -> i % 2 == 0 ? "READ/RECV" : "WRITE/SEND").toList();
            assertEquals(List.of(expected), List.copyOf(functions.values()));
            assertTrue(tool.errors().contains("jsslsniff: no call was lost"), tool.errors().toString());
        }
    }

    @Test
    void everyRequestAndAnswerOfManyConnectionsIsShown() throws Exception {
        try (Tool tool = sniff("-v", "--format", "json", "-p", nginx.worker()).awaitAttached()) {
            ask(CLOSED, "-H", "Connection: close");
            tool.interrupt();
            assertWhole(tool.calls(), CLOSED);
            assertTrue(tool.errors().contains("jsslsniff: no call was lost"), tool.errors().toString());
        }
    }

    @Test
    void textIsInBccsColumns() throws Exception {
        try (Tool tool = sniff("-x", "-l", "--handshake", "--", "curl", "-k", "-s", "-o", "/dev/null",
                nginx.url("/known"))
                .awaitAttached()) {
            tool.awaitEnd(0);
            List<String> lines = tool.output().lines().toList();
            assertEquals(
                    "FUNC         TIME(s)            COMM             PID     LEN     UID     TID     LAT(ms)",
                    lines.getFirst());
            List<String> rows = lines.stream().filter(line -> line.matches("(HAND|READ|WRITE).*")).toList();
            assertEquals(List.of(
                    "HANDSHAKE    0.000000000        curl             P       0       0       P       L",
                    "WRITE/SEND   T                  curl             P       N       0       P       L",
                    "READ/RECV    T                  curl             P       N       0       P       L"),
                    rows.stream().map(NginxSniffTest::masked).toList());
            assertTrue(rows.stream().allMatch(row -> row.length() == lines.getFirst().length()),
                    rows.toString());
            int begin = lines.indexOf("----- DATA -----");
            assertEquals("GET /known HTTP/1.1", lines.get(begin + 1));
            int end = lines.indexOf("----- END DATA -----");
            assertEquals(List.of("", "", "", ""), lines.subList(end - 2, end + 3).stream()
                    .filter(String::isEmpty).toList());
            assertEquals("jsslsniff: the command has ended", tool.errors().getLast());
        }
    }

    /** Replaces what differs from run to run, and keeps the columns. */
    private static String masked(String row) {
        StringBuilder masked = new StringBuilder(row);
        mask(masked, 13, 18, "0\\.\\d*[1-9]\\d*", "T");
        mask(masked, 49, 7, "\\d+", "P");
        mask(masked, 57, 7, "[1-9]\\d*", "N");
        mask(masked, 73, 7, "\\d+", "P");
        mask(masked, 81, 7, "\\d+\\.\\d{3}", "L");
        return masked.toString().stripTrailing();
    }

    private static void mask(StringBuilder row, int start, int width, String pattern, String letter) {
        String column = row.substring(start, start + width);
        if (column.stripTrailing().matches(pattern)) {
            row.replace(start, start + width, letter + " ".repeat(width - 1));
        }
    }

    @Test
    void hexadecimalDigitsAndTheNumberOfBytesThatAreNotShown() throws Exception {
        try (Tool tool = sniff("--hexdump", "--max-buffer-size", "20", "-p", nginx.worker())
                .awaitAttached()) {
            ask(1);
            tool.interrupt();
            List<String> lines = tool.output().lines().toList();
            String row = lines.get(1);
            assertTrue(row.startsWith("READ/RECV    0.000000000        nginx "), row);
            int length = Integer
                    .parseInt(row.substring(row.lastIndexOf(' ', row.stripTrailing().length() - 1))
                            .strip());
            assertEquals(List.of("----- DATA -----", "474554202f706174682d302048545450", "2f312e31",
                    "----- END DATA (TRUNCATED, " + (length - 20) + " bytes lost) -----", "", ""),
                    lines.subList(2, 8));
        }
    }

    @Test
    void onlyThreadsOfTheGivenNameAreShown() throws Exception {
        assumeTrue(mode().equals("kernel"), "user mode cannot trace processes that nobody named");
        Path copy = Files.copy(Path.of("/usr/bin/curl"), folder.resolve("sniffed-curl"));
        copy.toFile().setExecutable(true);
        try (Tool tool = sniff("--format", "json", "-c", "sniffed-curl").awaitAttached()) {
            Live.run(folder, "curl", "-k", "-s", nginx.url("/other"));
            Live.run(folder, copy.toString(), "-k", "-s", nginx.url("/wanted"));
            tool.interrupt();
            assertEquals(List.of("WRITE/SEND GET /wanted HTTP/1.1", "READ/RECV HTTP/1.1 200 OK"),
                    tool.calls().stream().map(call -> call.function() + " "
                            + call.data().lines().findFirst().orElse("")).toList());
            assertTrue(tool.calls().stream().allMatch(call -> call.comm().equals("sniffed-curl")));
        }
    }

    @Test
    void onlyProcessesOfTheGivenUserAreShown() throws Exception {
        assumeTrue(mode().equals("kernel"), "user mode cannot trace processes that nobody named");
        Live.assume("setpriv");
        String[] asOther = {"setpriv", "--reuid", "54321", "--clear-groups", "curl", "-k", "-s",
            nginx.url("/theirs")};
        try (Tool tool = sniff("--format", "json", "-u", "54321").awaitAttached()) {
            Live.run(folder, "curl", "-k", "-s", nginx.url("/ours"));
            Live.run(folder, asOther);
            tool.interrupt();
            assertEquals(List.of("GET /theirs HTTP/1.1", "HTTP/1.1 200 OK"), tool.calls().stream()
                    .map(call -> call.data().lines().findFirst().orElse("")).toList());
            assertTrue(tool.calls().stream().allMatch(call -> call.uid() == 54321));
        }
    }

    @Test
    void aReaderThatGoesAwayEndsTheToolQuietly() throws Exception {
        try (Tool tool = Tool.piped(folder, "-p", nginx.worker()).awaitAttached()) {
            tool.closeOutput();
            ask(1);
            tool.awaitEnd(0);
            assertEquals(1, tool.errors().size(), tool.errors().toString());
        }
    }

    @Test
    void aNamedLibraryThatIsNotThereIsALineAndNoFailure() throws Exception {
        try (Tool tool = Tool
                .start(folder, "--extra-lib", "gnutls:/nowhere/libgnutls.so", "-p", nginx.worker())
                .awaitAttached()) {
            ask(1);
            tool.interrupt();
            assertEquals(
                    "jsslsniff: not traced: there is no file /nowhere/libgnutls.so (pid " + nginx.worker()
                            + ")",
                    tool.errors().getFirst());
            assertEquals(2, tool.errors().size(), tool.errors().toString());
            assertTrue(tool.output().contains("GET /path-0 HTTP/1.1\r\n"), tool.output());
        }
    }
}
