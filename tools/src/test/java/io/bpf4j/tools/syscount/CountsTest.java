package io.bpf4j.tools.syscount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is counted of a command equals what strace counts of it, call by call. */
class CountsTest {
    private static final String SECTIONS = "bsht";

    @TempDir
    private static Path directory;
    private static Path target;

    @BeforeAll
    static void build() throws Exception {
        Tool.assumeThatItCanRun();
        Tool.assumeStrace();
        target = Tool.target(directory);
    }

    private static Tool.Result count(String options, String sections) throws Exception {
        String line = options + " -T 1000 -- " + target + " " + sections;
        Tool.Result result = Tool.run(line.strip().split(" +"));
        assertEquals(0, result.code(), result.errors());
        return result;
    }

    @Test
    void everyCallCountsAsStraceCountsIt() throws Exception {
        assertEquals(Tool.strace(target, SECTIONS, false), count("", SECTIONS).counts());
    }

    @Test
    void theTracepointsOfTracefsGiveTheSame() throws Exception {
        assertEquals(Tool.strace(target, SECTIONS, false), count("--tracepoints format", SECTIONS).counts());
    }

    @Test
    void latencyLeavesTheCountsAsTheyAre() throws Exception {
        long start = System.nanoTime();
        Tool.Result result = count("-L", SECTIONS);
        long elapsed = System.nanoTime() - start;
        assertEquals(Tool.strace(target, SECTIONS, false), result.counts());
        var first = result.rows().getFirst();
        assertEquals("clock_nanosleep", first.group(1), "it takes longest, so it comes first");
        double microseconds = Double.parseDouble(first.group(3).strip());
        assertTrue(microseconds >= 100_000 && microseconds * 1000 < elapsed, first.group());
    }

    @Test
    void failuresAreThoseThatStraceCalls() throws Exception {
        assertEquals(Tool.strace(target, SECTIONS, true), count("-x", SECTIONS).counts());
    }

    @Test
    void oneErrorIsPickedOut() throws Exception {
        Path log = directory.resolve("log");
        assertEquals(0,
                new ProcessBuilder("strace", "-f", "-o", log.toString(), target.toString(), "b").start()
                        .waitFor());
        Map<String, Long> expected = new TreeMap<>();
        Pattern failed = Pattern.compile("\\d+ +(\\w+)\\(.* = -1 ENOENT .*");
        Files.readAllLines(log).stream().map(failed::matcher).filter(line -> line.matches())
                .forEach(line -> expected.merge(line.group(1), 1L, Long::sum));
        assertTrue(expected.get("openat") >= 20, expected.toString());
        assertEquals(expected, count("-e ENOENT", "b").counts());
        assertEquals(expected, count("-e 2 -L -x", "b").counts());
    }

    @Test
    void aProcessHasTheSumOfItsCalls() throws Exception {
        long calls = Tool.strace(target, SECTIONS, false).values().stream().mapToLong(count -> count).sum();
        Map<String, Long> counts = count("-P", SECTIONS).counts();
        assertEquals(1, counts.size(), counts.toString());
        assertTrue(counts.keySet().iterator().next().endsWith(" target"), counts.toString());
        assertEquals(calls, counts.values().iterator().next());
    }

    @Test
    void onlyChosenCallsCount() throws Exception {
        Map<String, Long> all = Tool.strace(target, "b", false);
        Tool.Result result = count("--syscall getppid --syscall close", "b");
        assertEquals(Map.of("getppid", 1000L, "close", all.get("close")), result.counts());
        assertTrue(result.output().startsWith("Tracing syscalls 'getppid', 'close'... Ctrl+C to quit.\n"),
                result.output());
    }

    @Test
    void anExecKeepsTheProcess() throws Exception {
        assertEquals(Tool.strace(target, "x", false), count("-L", "x").counts());
    }

    @Test
    void jsonHasOneObjectForEachRow() throws Exception {
        Tool.Result result = Tool.run("--format", "json", "-L", "--exec", target.toString(), SECTIONS);
        assertEquals(0, result.code(), result.errors());
        Map<String, Long> counts = new TreeMap<>();
        for (String line : result.output().lines().toList()) {
            Map<String, String> fields = fields(line);
            assertEquals(Set.of("time", "interval", "syscall", "number", "count", "nanoseconds"),
                    fields.keySet());
            Instant.parse(fields.get("time"));
            assertEquals("1", fields.get("interval"));
            counts.put(fields.get("syscall"), Long.parseLong(fields.get("count")));
        }
        assertEquals(Tool.strace(target, SECTIONS, false), counts);
    }

    private static Map<String, String> fields(String line) throws Exception {
        Map<String, String> fields = new TreeMap<>();
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            assertEquals(JsonToken.START_OBJECT, parser.nextToken());
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, parser.getText());
            }
            assertEquals(JsonToken.END_OBJECT, parser.currentToken());
        }
        return fields;
    }
}
