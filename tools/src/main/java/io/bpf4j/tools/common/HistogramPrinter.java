package io.bpf4j.tools.common;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bpf4j.vm.program.MapRole.LinearHistogram;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Histograms as bcc prints them (src/python/bcc/table.py, print_log2_hist and print_linear_hist).
 *
 * <p>A power-of-two histogram has 65 buckets here: bucket 0 counts zero (and what is negative), bucket i the
 * numbers from 2^(i-1) to 2^i - 1. bcc has no bucket for zero alone: its row {@code 0 -> 1} is our buckets 0
 * and 1 together, and every other row {@code 2^(i-1) -> 2^i - 1} is our bucket i. As there, the rows run from
 * {@code 0 -> 1} to the last one with a count, and a histogram that reaches beyond 2^32 has wider labels and
 * shorter bars.
 */
public final class HistogramPrinter {

    /** The buckets of a power-of-two histogram: zero, and one for each number of significant bits. */
    public static final int LOG2_BUCKETS = Long.SIZE + 1;

    private static final int WIDEST_BAR = 40;
    /** The last row whose upper end fits ten digits. */
    private static final int LAST_NARROW_ROW = 32;

    private HistogramPrinter() {}

    /**
     * Prints a power-of-two histogram; nothing if all is zero.
     *
     * @param unit the heading of the values, such as {@code usecs}
     * @param buckets 65 counts
     */
    public static void log2(String unit, long[] buckets, Output output) {
        long[] rows = buckets.clone();
        rows[1] += rows[0];
        rows[0] = 0;
        int last = lastUsed(rows);
        if (last < 0) {
            return;
        }
        boolean narrow = last <= LAST_NARROW_ROW;
        int bar = narrow ? WIDEST_BAR : WIDEST_BAR / 2;
        long most = Arrays.stream(rows).max().getAsLong();
        output.text(format(narrow
                ? "     %-19s : count     distribution"
                : "               %-29s : count     distribution", unit)).line();
        for (int row = 1; row <= last; row++) {
            String low = row == 1 ? "0" : Long.toUnsignedString(1L << (row - 1));
            String high = Long.toUnsignedString(row == Long.SIZE ? -1 : (1L << row) - 1);
            output.text(format(narrow ? "%10s -> %-10s" : "%20s -> %-20s", low, high));
            countAndBar(rows[row], most, bar, output);
        }
    }

    /**
     * Prints a histogram of equal steps, each row labelled with the least number that it counts; nothing if
     * all is zero. What lies below or above the range gets rows of its own, if there is any.
     */
    public static void linear(String unit, LinearHistogram range, long[] buckets, Output output) {
        int last = lastUsed(buckets);
        if (last < 0) {
            return;
        }
        long most = Arrays.stream(buckets).max().getAsLong();
        output.text(format("     %-13s : count     distribution", unit)).line();
        for (int bucket = buckets[0] == 0 ? 1 : 0; bucket <= last; bucket++) {
            output.text(format("        %-10s", label(bucket, buckets.length, range)));
            countAndBar(buckets[bucket], most, WIDEST_BAR, output);
        }
    }

    /** Writes the rows of a power-of-two histogram that have counts, as an array {@code buckets}. */
    public static void log2(long[] buckets, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("buckets");
        for (int bucket = 0; bucket < buckets.length; bucket++) {
            if (buckets[bucket] != 0) {
                json.writeStartObject();
                json.writeFieldName("min");
                json.writeNumber(bucket == 0 ? "0" : Long.toUnsignedString(1L << (bucket - 1)));
                json.writeFieldName("max");
                json.writeNumber(Long.toUnsignedString(bucket == Long.SIZE ? -1 : (1L << bucket) - 1));
                json.writeNumberField("count", buckets[bucket]);
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    /**
     * Writes the rows of a histogram of equal steps that have counts, as an array {@code buckets}; the first
     * row, below the range, has no {@code min}, and the last one no {@code max}.
     */
    public static void linear(LinearHistogram range, long[] buckets, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("buckets");
        for (int bucket = 0; bucket < buckets.length; bucket++) {
            if (buckets[bucket] != 0) {
                json.writeStartObject();
                long low = range.minimum() + (bucket - 1) * range.step();
                if (bucket > 0) {
                    json.writeNumberField("min", low);
                }
                if (bucket < buckets.length - 1) {
                    json.writeNumberField("max", low + range.step() - 1);
                }
                json.writeNumberField("count", buckets[bucket]);
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    private static String label(int bucket, int buckets, LinearHistogram range) {
        if (bucket == 0) {
            return "< " + range.minimum();
        }
        return bucket == buckets - 1
                ? ">= " + range.maximum()
                : Long.toString(range.minimum() + (bucket - 1) * range.step());
    }

    private static void countAndBar(long count, long most, int width, Output output) {
        int stars = stars(count, most, width);
        output.text(format(" : %-8d |", count));
        output.repeat('*', stars).repeat(' ', width - stars).oneByte('|').line();
    }

    /** As many of {@code width} stars as the count is of the greatest one, rounded down. */
    private static int stars(long count, long most, int width) {
        int shift = Math.max(0, Long.SIZE - 7 - Long.numberOfLeadingZeros(most));
        return (int) (width * (count >>> shift) / (most >>> shift));
    }

    private static int lastUsed(long[] counts) {
        int last = counts.length - 1;
        while (last >= 0 && counts[last] == 0) {
            last--;
        }
        return last;
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
