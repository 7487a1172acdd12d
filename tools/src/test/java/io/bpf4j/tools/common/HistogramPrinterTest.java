package io.bpf4j.tools.common;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.vm.program.MapRole.LinearHistogram;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The expected texts are what bcc's print_log2_hist and print_linear_hist print for the same counts. */
class HistogramPrinterTest {

    private static String print(Consumer<Output> printer) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (Output output = Output.to(text)) {
            printer.accept(output);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    void powersOfTwoLookLikeBcc() {
        long[] buckets = new long[HistogramPrinter.LOG2_BUCKETS];
        buckets[0] = 2;
        buckets[1] = 1;
        buckets[3] = 10;
        buckets[4] = 5;
        assertEquals("""
                     usecs               : count     distribution
                         0 -> 1          : 3        |************                            |
                         2 -> 3          : 0        |                                        |
                         4 -> 7          : 10       |****************************************|
                         8 -> 15         : 5        |********************                    |
                """, print(output -> HistogramPrinter.log2("usecs", buckets, output)));
    }

    @Test
    void largeNumbersGetWideLabelsAndHalfTheBar() {
        long[] buckets = new long[HistogramPrinter.LOG2_BUCKETS];
        buckets[64] = 1;
        String[] lines = print(output -> HistogramPrinter.log2("value", buckets, output)).split("\n");
        assertEquals("               value                         : count     distribution", lines[0]);
        assertEquals(" 9223372036854775808 -> 18446744073709551615 : 1        |********************|",
                lines[64]);
        assertEquals(65, lines.length);
    }

    @Test
    void theLargestCountsFillTheBarExactly() {
        long[] buckets = new long[HistogramPrinter.LOG2_BUCKETS];
        buckets[1] = Long.MAX_VALUE;
        buckets[2] = Long.MAX_VALUE / 2;
        String[] lines = print(output -> HistogramPrinter.log2("value", buckets, output)).split("\n");
        assertEquals("*".repeat(40), lines[1].replaceAll("[^*]", ""));
        assertEquals(19, lines[2].chars().filter(c -> c == '*').count());
    }

    @Test
    void nothingCountedPrintsNothing() {
        assertEquals("", print(output -> HistogramPrinter.log2("value", new long[65], output)));
    }

    @Test
    void stepsAreLabelledWithTheirLeastNumber() {
        assertEquals("""
                     value         : count     distribution
                        < 10       : 1        |**********                              |
                        10         : 4        |****************************************|
                        15         : 0        |                                        |
                        >= 20      : 2        |********************                    |
                """, print(output -> HistogramPrinter.linear("value", new LinearHistogram(10, 20, 5),
                new long[]{1, 4, 0, 2}, output)));
    }
}
