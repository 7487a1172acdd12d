package io.bpf4j.tools.syscount;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import io.bpf4j.vm.abi.SystemCalls;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * One object a row: {@code time} (ISO 8601, UTC, when it was read), {@code interval} (1 for the first reading), then
 * {@code syscall} and {@code number}, or {@code pid} and {@code comm}; {@code count}, and {@code nanoseconds} with -L.
 */
final class JsonReport implements Report {
    private final Output output;
    private final JsonLines lines;
    private final View view;
    private final SystemCalls table;
    private int interval;

    JsonReport(Output output, View view, SystemCalls table) {
        this.output = output;
        this.lines = new JsonLines(output);
        this.view = view;
        this.table = table;
    }

    @Override
    public void begin() {
        // Whoever reads objects knows what was asked for.
    }

    @Override
    public void reading(Instant moment, List<Row> rows) {
        interval++;
        String time = moment.truncatedTo(ChronoUnit.MILLIS).toString();
        for (Row row : view.sorted(rows, view.chosenTop().orElse(Integer.MAX_VALUE))) {
            lines.line(json -> write(json, time, row));
        }
        output.flush();
    }

    private void write(JsonGenerator json, String time, Row row) throws IOException {
        json.writeStringField("time", time);
        json.writeNumberField("interval", interval);
        if (view.byProcess()) {
            json.writeNumberField("pid", row.key());
            json.writeStringField("comm", row.comm());
        } else {
            json.writeStringField("syscall", CallNames.of(table, row.key()));
            json.writeNumberField("number", Integer.toUnsignedLong(row.key()));
        }
        json.writeNumberField("count", row.count());
        if (view.latency()) {
            json.writeNumberField("nanoseconds", row.nanoseconds());
        }
    }

    @Override
    public void end() {
        // The end of the output says it.
    }
}
