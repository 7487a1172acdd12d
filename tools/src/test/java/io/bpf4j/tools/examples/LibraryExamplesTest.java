package io.bpf4j.tools.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples that watch functions and markers of libraries and programs. */
class LibraryExamplesTest {

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsTheKernel() {
        ToolRun.assumeItCanRun();
    }

    @Test
    void mallocsCountsTheSizesThatAProcessAsksFor() throws Exception {
        List<String> lines = ToolRun.python(folder, "mallocs", """
                import ctypes
                libc = ctypes.CDLL(None)
                libc.malloc.restype = ctypes.c_void_p
                for i in range(777):
                    libc.free(ctypes.c_void_p(libc.malloc(ctypes.c_size_t(100000000))))
                """);
        assertEquals(777, Lines.histogram(lines, "bytes").get(1L << 26));
    }

    @Test
    void funclatencyMeasuresEveryCall() throws Exception {
        List<String> lines = ToolRun.python(folder, "funclatency", """
                import ctypes
                libc = ctypes.CDLL(None)
                wait = (ctypes.c_long * 2)(0, 2500000)
                for i in range(40): libc.clock_nanosleep(1, 0, wait, None)
                """);
        TreeMap<Long, Long> counts = Lines.histogram(lines, "microseconds");
        assertEquals(40, counts.values().stream().mapToLong(Long::longValue).sum());
        assertTrue(counts.firstKey() >= 2048, lines::toString);
    }

    @Test
    void gethostlatencyShowsNamesAndResults() throws Exception {
        List<String> lines = ToolRun.python(folder, "gethostlatency", """
                import ctypes
                libc = ctypes.CDLL(None)
                found = ctypes.c_void_p()
                numeric = (ctypes.c_int * 12)(4)
                for name in (b"127.0.0.1", b"no number", b"::1"):
                    libc.getaddrinfo(name, None, numeric, ctypes.byref(found))
                """);
        List<List<String>> rows = Lines.table(lines, "PID     COMM                  US RESULT HOST", 5);
        assertEquals(List.of("python3 0 127.0.0.1", "python3 -2 no number", "python3 0 ::1"),
                rows.stream().map(row -> row.get(1) + " " + row.get(3) + " " + row.get(4)).toList());
    }

    @Test
    void bashreadlineShowsTheLinesThatAreTyped() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "bash is not installed");
        List<String> lines;
        try (ToolRun run = ToolRun.start(folder, "bashreadline", "--", "/bin/bash", "--norc", "--noprofile",
                "-i")) {
            run.type("echo some text\ntrue | false\nexit 0\n");
            lines = run.finish();
        }
        assertEquals(List.of("echo some text", "true | false", "exit 0"),
                Lines.table(lines, "PID     COMMAND", 2).stream().map(row -> row.get(1)).toList());
    }

    @Test
    void exceptionsCountsWhatIsThrownAndCaught() throws Exception {
        Path program = thrower();
        List<String> lines;
        try (ToolRun run = ToolRun.start(folder, "exceptions", "--", program.toString())) {
            lines = run.finish();
        }
        List<String> rows = lines.stream().map(line -> line.strip().replaceAll("^\\d+ +| +", " ")).toList();
        assertEquals(List.of("exceptions:", "PID COMM THROWN CAUGHT", " thrower 250 250", ""), rows);
    }

    /** Builds a program that throws 250 times. */
    private Path thrower() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/g++")), "g++ is not installed");
        Path source = Files.writeString(folder.resolve("thrower.cc"), """
                int main() {
                    for (int i = 0; i < 250; i++)
                        try { throw i; } catch (int) { }
                }
                """);
        Path program = folder.resolve("thrower");
        assertEquals(0, new ProcessBuilder("g++", "-o", program.toString(), source.toString()).inheritIO()
                .start().waitFor());
        String library = text("g++", "-print-file-name=libstdc++.so").strip();
        assumeTrue(text("readelf", "-n", library).contains("libstdcxx"),
                "the libstdc++ here has no static markers");
        return program;
    }

    private static String text(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
