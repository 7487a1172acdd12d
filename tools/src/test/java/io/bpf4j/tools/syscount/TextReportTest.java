package io.bpf4j.tools.syscount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.tools.common.Output;
import io.bpf4j.vm.abi.SystemCalls;
import java.io.ByteArrayOutputStream;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The columns are those that bcc's syscount.py prints for the same numbers. */
class TextReportTest {
    private static final List<Row> CALLS = List.of(new Row(1, "", 10739, 12_038_707),
            new Row(0, "", 10584, 3_415_860_022L));

    private static String print(List<Row> rows, String... options) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        View view = CommandLine.populateCommand(new View(), options);
        var moment = LocalDateTime.of(2024, 5, 6, 11, 43, 12).atZone(ZoneId.systemDefault()).toInstant();
        try (Output output = Output.to(bytes)) {
            new TextReport(output, view, new Filters(), SystemCalls.of("x86_64")).reading(moment, rows);
        }
        return bytes.toString();
    }

    @Test
    void mostCallsComeFirst() {
        assertEquals("""
                [11:43:12]
                SYSCALL                   COUNT
                write                     10739
                read                      10584

                """, print(CALLS));
    }

    @Test
    void withLatencyTheLongestTimeComesFirst() {
        assertEquals("""
                [11:43:12]
                SYSCALL                   COUNT        TIME (us)
                read                      10584      3415860.022
                write                     10739        12038.707

                """, print(CALLS, "-L"));
    }

    @Test
    void millisecondsHaveSixPlaces() {
        assertEquals("""
                [11:43:12]
                SYSCALL                   COUNT        TIME (ms)
                read                      10584      3415.860022

                """, print(CALLS, "-L", "-m", "-T", "1"));
    }

    @Test
    void processesHaveTheirNames() {
        assertEquals("""
                [11:43:12]
                PID    COMM               COUNT        TIME (us)
                9335   python3              548        12038.707
                7      a?[2J                  1            0.001

                """, print(List.of(new Row(7, "a\u001b[2J", 1, 1), new Row(9335, "python3", 548, 12_038_707)),
                "-P", "-L"));
    }

    @Test
    void unknownNumbersAreShownAsNumbers() {
        assertEquals("""
                [11:43:12]
                SYSCALL                   COUNT
                [unknown: 1073741824]         2
                [unknown: 999]                1

                """, print(List.of(new Row(999, "", 1, 0), new Row(1 << 30, "", 2, 0))));
    }
}
