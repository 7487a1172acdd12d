package io.bpf4j.tools.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples that watch system calls, each on a process that makes a known number of them. */
class SystemCallExamplesTest {

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsTheKernel() {
        ToolRun.assumeItCanRun();
    }

    @Test
    void opensnoopShowsEveryOpenWithItsResult() throws Exception {
        List<String> lines = ToolRun.python(folder, "opensnoop", """
                import os
                for i in range(50):
                    os.open("/tmp/../dev/null", os.O_RDONLY)
                    try: os.open("/nowhere/%%d" %% i, os.O_RDONLY)
                    except OSError: pass
                open("%s", "w").write(str(os.getpid()))
                """.formatted(folder.resolve("pid")));
        String pid = Files.readString(folder.resolve("pid"));
        List<List<String>> rows = Lines.table(lines, "PID     COMM              FD ERR PATH", 5);
        assertTrue(rows.stream().allMatch(row -> row.get(0).equals(pid)), lines::toString);
        List<List<String>> null0 = rows.stream().filter(row -> row.get(4).equals("/tmp/../dev/null"))
                .toList();
        assertEquals(50, null0.size());
        int first = Integer.parseInt(null0.getFirst().get(2));
        for (int i = 0; i < 50; i++) {
            assertEquals(List.of("python3", Integer.toString(first + i), "0"), null0.get(i).subList(1, 4));
        }
        List<List<String>> missing = rows.stream().filter(row -> row.get(4).startsWith("/nowhere/")).toList();
        List<List<String>> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            expected.add(List.of(pid, "python3", "-1", "2", "/nowhere/" + i));
        }
        assertEquals(expected, missing);
    }

    @Test
    void execsnoopShowsProgramsWithTheirArguments() throws Exception {
        String mark = "mark-" + System.nanoTime();
        String script = """
                /bin/true %1$s 'two words'
                /bin/true %1$s 2
                /nowhere/at/all %1$s
                :
                """.formatted(mark);
        Path file = Files.writeString(folder.resolve("script"), script);
        List<String> lines;
        try (ToolRun run = ToolRun.start(folder, "execsnoop", "--", "/bin/bash", file.toString())) {
            lines = run.finish();
        }
        List<List<String>> rows = Lines.table(lines, "PID     UID    COMM              RET ARGUMENTS", 5);
        List<List<String>> marked = rows.stream().filter(row -> row.get(4).contains(mark)).toList();
        assertEquals(List.of(List.of("true", "0", "/bin/true " + mark + " two words"),
                List.of("true", "0", "/bin/true " + mark + " 2"),
                List.of("bash", "-2", "/nowhere/at/all " + mark)),
                marked.stream().map(row -> List.of(row.get(2), row.get(3), row.get(4).strip())).toList());
    }

    @Test
    void errnosCountsFailuresByCallAndReason() throws Exception {
        List<String> lines = ToolRun.python(folder, "errnos", """
                import os
                for i in range(123):
                    try: os.close(9999)
                    except OSError: pass
                for i in range(45):
                    try: os.open("/dev/null/x", os.O_RDONLY)
                    except OSError: pass
                """);
        assertEquals("failures:", lines.getFirst());
        List<String> rows = lines.stream().map(line -> line.strip().replaceAll(" +", " ")).toList();
        assertTrue(rows.contains("COMM SYSCALL ERROR VALUE"), lines::toString);
        assertTrue(rows.contains("python3 3 EBADF 123"), lines::toString);
        assertTrue(rows.contains("python3 257 ENOTDIR 45"), lines::toString);
    }

    @Test
    void readsizesCountsTheBytesThatReadsGive() throws Exception {
        List<String> lines;
        try (ToolRun run = ToolRun.start(folder, "readsizes", "--", "dd", "if=/dev/zero", "of=/dev/null",
                "bs=40000", "count=1000", "status=none")) {
            lines = run.finish();
        }
        assertTrue(lines.contains("comm = dd"), lines::toString);
        assertEquals(1000, Lines.histogram(lines, "bytes").get(32768L));
    }

    @Test
    void readsizesInJsonHasABucketForEachRow() throws Exception {
        List<String> lines;
        try (ToolRun run = ToolRun.start(folder, "readsizes", "--format", "json", "--", "dd", "if=/dev/zero",
                "of=/dev/null", "bs=40000", "count=1000", "status=none")) {
            lines = run.finish();
        }
        assertEquals(1, lines.stream().filter(line -> line
                .startsWith("{\"map\":\"bytes\",\"key\":{\"comm\":\"dd\"},\"buckets\":[")
                && line.endsWith(",{\"min\":32768,\"max\":65535,\"count\":1000}]}")).count(),
                lines::toString);
    }

    @Test
    void tcpconnectShowsWhereToAndWhetherSomebodyAnswered() throws Exception {
        List<String> lines = ToolRun.python(folder, "tcpconnect", """
                import socket
                def attempt(family, address):
                    s = socket.socket(family)
                    try: s.connect(address)
                    except OSError: pass
                listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen()
                address = listener.getsockname()
                attempt(socket.AF_INET, address)
                listener.close()
                attempt(socket.AF_INET, address)
                try:
                    port = socket.create_server(("::1", 0), family=socket.AF_INET6)
                    attempt(socket.AF_INET6, port.getsockname())
                    six = str(port.getsockname()[1])
                except OSError: six = ""
                open("%s", "w").write(str(address[1]) + " " + six)
                """.formatted(folder.resolve("ports")));
        String[] ports = Files.readString(folder.resolve("ports")).split(" ");
        List<List<String>> rows = Lines.table(lines, "PID     COMM             RESULT      MS ADDRESS", 5);
        List<String> expected = new ArrayList<>(
                List.of("ok 127.0.0.1:" + ports[0], "refused 127.0.0.1:" + ports[0]));
        if (ports.length > 1) {
            expected.add("ok [0000:0000:0000:0000:0000:0000:0000:0001]:" + ports[1]);
        }
        assertEquals(expected, rows.stream().map(row -> row.get(2) + " " + row.get(4)).toList());
    }

    @Test
    void syscalltopPrintsEveryCallInOneOfItsTables() throws Exception {
        Process target = new ProcessBuilder(ToolRun.PYTHON, "-I", "-S", "-c", """
                import os
                os.write(1, b"ready\\n")
                while os.read(0, 1):
                    for i in range(5000): os.getppid()
                    os.write(1, b"done\\n")
                """).start();
        try (BufferedReader said = target.inputReader(StandardCharsets.UTF_8);
                ToolRun run = ToolRun.start(folder, "syscalltop", "-p", Long.toString(target.pid()))) {
            assertEquals("ready", said.readLine());
            run.awaitAttached();
            target.getOutputStream().write('x');
            target.getOutputStream().flush();
            assertEquals("done", said.readLine());
            // 5,000 questions for the parent, the answer to us, and the wait for the next order.
            run.awaitOutput(lines -> total(lines, target.pid()) == 5002);
            target.getOutputStream().close();
            List<String> lines = run.finish();
            assertTrue(lines.contains("calls:"), lines::toString);
        } finally {
            target.destroyForcibly();
        }
    }

    private static long total(List<String> lines, long pid) {
        Pattern row = Pattern.compile(" *" + pid + " +python3 +(\\d+)");
        return lines.stream().map(row::matcher).filter(match -> match.matches())
                .mapToLong(match -> Long.parseLong(match.group(1))).sum();
    }
}
