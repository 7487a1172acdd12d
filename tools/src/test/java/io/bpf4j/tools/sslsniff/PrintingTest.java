package io.bpf4j.tools.sslsniff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.compiler.ProbeCompiler;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.tools.common.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How records become calls and calls become text, with records as the probe's own layout has them. */
class PrintingTest {
    private static CallLayout layout;

    private final List<String> calls = new ArrayList<>();
    private final CallAssembler assembler = new CallAssembler(layout, call -> calls.add(call.tid() + " "
            + text(call) + " -" + call.truncated()));

    @Command
    private static final class Options {
        @Mixin
        private SniffOptions sniff;
    }

    @BeforeAll
    static void compileTheProbe() throws IOException {
        Path probe = Path.of("src/main/resources/io/bpf4j/tools/sslsniff/jsslsniff.probe");
        layout = new CallLayout(
                ProbeCompiler.compile(new SourceFile("jsslsniff.probe", Files.readString(probe)),
                        CompileOptions.PORTABLE).unit());
    }

    private static String text(Call call) {
        byte[] bytes = new byte[call.captured()];
        call.data().get(call.dataAt(), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A record of call {@code start}, 10 bytes long in all, that lies somewhere within a buffer. */
    private static ByteBuffer piece(int tid, long start, int offset, String data, boolean last) {
        byte[] bytes = data.getBytes(StandardCharsets.UTF_8);
        ByteBuffer record = ByteBuffer.allocate(16 + layout.data + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(16 + layout.start, start).putLong(16 + layout.end, start + 1_234_567)
                .putLong(16 + layout.length, 10).putInt(16 + layout.tid, tid).putInt(16 + layout.pid, 4242)
                .putInt(16 + layout.uid, -2).putInt(16 + layout.offset, offset)
                .putInt(16 + layout.captured, bytes.length).putInt(16 + layout.last, last ? 1 : 0)
                .put(16 + layout.comm, "a\u001bb".getBytes(StandardCharsets.UTF_8))
                .put(16 + layout.data, bytes);
        return record;
    }

    private void accept(ByteBuffer record) {
        assembler.accept("events", record, 16, record.capacity() - 16);
    }

    @Test
    void piecesOfSeveralThreadsAreJoinedEachForItself() {
        accept(piece(1, 100, 0, "abc", false));
        accept(piece(2, 100, 0, "ABCDE", false));
        accept(piece(3, 100, 0, "alone", true));
        accept(piece(1, 100, 3, "defghij", true));
        accept(piece(2, 100, 5, "FG", true));
        assertEquals(List.of("3 alone -5", "1 abcdefghij -0", "2 ABCDEFG -3"), calls);
    }

    @Test
    void whatIsBehindAGapIsMissing() {
        accept(piece(1, 100, 0, "abc", false));
        accept(piece(1, 100, 6, "ghij", true));
        assertEquals(List.of("1 abc -7"), calls);
    }

    @Test
    void aCallWithoutItsLastPieceIsShownWhenTheNextOneComes() {
        accept(piece(1, 100, 0, "abc", false));
        accept(piece(1, 200, 0, "next", true));
        assertEquals(List.of("1 abc -7", "1 next -6"), calls);
    }

    @Test
    void aCallWithoutItsLastPieceIsShownAfterTwoQuietLooks() {
        accept(piece(1, 100, 0, "abc", false));
        assembler.flushOld();
        assertEquals(List.of(), calls);
        assembler.flushOld();
        assertEquals(List.of("1 abc -7"), calls);
        assembler.flush();
        assertEquals(1, calls.size());
    }

    private static String printed(List<ByteBuffer> records, String... arguments) {
        Options options = new Options();
        new CommandLine(options).parseArgs(arguments);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Output output = Output.to(bytes)) {
            TextPrinter printer = new TextPrinter(output, options.sniff);
            printer.header();
            CallAssembler assembler = new CallAssembler(layout, printer::print);
            records.forEach(record -> assembler.accept("events", record, 16, record.capacity() - 16));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void columnsAreBccsAndStandUnderTheirTitles() {
        ByteBuffer untimed = piece(7, 0, 0, "", true);
        assertEquals("""
                FUNC         TIME(s)            COMM             PID     LEN     UID     TID     LAT(ms)
                READ/RECV    0.000000000        a?b              4242    10      4294967294 7       1.235 \s
                ----- DATA -----
                0123456789
                ----- END DATA -----


                READ/RECV    -0.000000100       a?b              4242    10      4294967294 7       N/A   \s
                ----- DATA -----

                ----- END DATA (TRUNCATED, 10 bytes lost) -----


                """, printed(List.of(piece(7, 100, 0, "0123456789", true), untimed), "-x", "-l"));
    }

    @Test
    void noDataIsShownWhereNoneIsAskedFor() {
        assertEquals("""
                FUNC         TIME(s)            COMM             PID     LEN   \s
                READ/RECV    0.000000000        a?b              4242    10    \s
                """, printed(List.of(piece(7, 100, 0, "", true)), "--max-buffer-size", "0"));
    }

    @ParameterizedTest
    @CsvSource({"a\\r\\nb, a\\nb", "a\\rb, a^Mb", "\\e[2J\\a, ^[[2J^G", "\\x7f, ^?", "\\u009b, \\ufffd",
        "\\u202eab, \\ufffdab",
        "gr\\u00fc\\u00df, gr\\u00fc\\u00df", "tab\\there, tab\\there"})
    void aTerminalGetsNothingToObey(String data, String shown) {
        byte[] bytes = unescaped(data).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try (Output output = Output.to(written)) {
            new TerminalText(output).write(ByteBuffer.wrap(bytes), 0, bytes.length);
        }
        assertEquals(unescaped(shown), written.toString(StandardCharsets.UTF_8));
    }

    private static String unescaped(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\e", "\u001b")
                .replace("\\a", "\u0007")
                .replace("\\x7f", "\u007f").replace("\\u009b", "\u009b").replace("\\u202e", "\u202e")
                .replace("\\ufffd", "\ufffd").replace("\\u00fc", "\u00fc").replace("\\u00df", "\u00df")
                .replace("\\t", "\t");
    }
}
