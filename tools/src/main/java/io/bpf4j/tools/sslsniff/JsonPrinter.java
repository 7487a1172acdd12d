package io.bpf4j.tools.sslsniff;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;

/**
 * Shows each call as one JSON object:
 *
 * <pre>
 * {"time":0.000132000,"timestamp":1760000000.000132000,"pid":12915,"tid":12916,"uid":1000,"comm":"curl",
 *  "function":"WRITE/SEND","symbol":"SSL_write","connection":"0x5581c0ffee00","length":75,"latency_ns":10000,
 *  "data":"GET / ...","truncated":43}
 * </pre>
 *
 * <p>{@code time} counts seconds from the first call shown, {@code timestamp} from 1970. Data that is not UTF-8 is in
 * {@code data_base64} instead of {@code data}.
 */
final class JsonPrinter implements CallPrinter {
    private static final int NANOSECOND_DIGITS = 9;
    private static final long NANOSECONDS = 1_000_000_000;

    private final JsonLines lines;
    private final long epochAtBoot;
    private final JsonLines.Fields fields = this::write;
    private boolean started;
    private long firstTime;
    private Call call;

    JsonPrinter(Output output, Clock clock) {
        lines = new JsonLines(output);
        // System.nanoTime is the kernel's CLOCK_MONOTONIC, which bpf_ktime_get_ns reads too (os_posix.cpp,
        // os::javaTimeNanos; kernel/bpf/helpers.c, bpf_ktime_get_ns).
        Instant now = clock.instant();
        epochAtBoot = now.getEpochSecond() * NANOSECONDS + now.getNano() - System.nanoTime();
    }

    @Override
    public void header() {
        // Every object names its fields.
    }

    @Override
    public void print(Call printed) {
        if (!started) {
            started = true;
            firstTime = printed.endNanoseconds();
        }
        call = printed;
        lines.line(fields);
    }

    private void write(JsonGenerator json) throws IOException {
        json.writeFieldName("time");
        json.writeNumber(seconds(call.endNanoseconds() - firstTime));
        json.writeFieldName("timestamp");
        json.writeNumber(seconds(epochAtBoot + call.endNanoseconds()));
        json.writeNumberField("pid", call.pid());
        json.writeNumberField("tid", call.tid());
        json.writeNumberField("uid", call.uid());
        json.writeStringField("comm", call.comm());
        json.writeStringField("function", call.direction().label());
        json.writeStringField("symbol", call.symbol());
        json.writeStringField("connection", "0x" + Long.toHexString(call.connection()));
        json.writeNumberField("length", call.length());
        json.writeNumberField("latency_ns", call.endNanoseconds() - call.startNanoseconds());
        JsonLines.writeBytes(json, "data", call.data().duplicate()
                .limit(call.dataAt() + call.captured()).position(call.dataAt()));
        json.writeNumberField("truncated", call.truncated());
    }

    private static String seconds(long nanoseconds) {
        return BigDecimal.valueOf(nanoseconds, NANOSECOND_DIGITS).toPlainString();
    }
}
