package io.bpf4j.tools.syscount;

import io.bpf4j.tools.common.Output;
import io.bpf4j.vm.abi.SystemCalls;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Readings as bcc's syscount prints them. */
final class TextReport implements Report {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("'['HH:mm:ss']'", Locale.ROOT);
    private static final double NANOSECONDS_PER_MICROSECOND = 1e3;
    private static final double NANOSECONDS_PER_MILLISECOND = 1e6;
    private static final int LISTED_IN_A_ROW = 4;

    private final Output output;
    private final View view;
    private final Filters filters;
    private final SystemCalls table;

    TextReport(Output output, View view, Filters filters, SystemCalls table) {
        this.output = output;
        this.view = view;
        this.filters = filters;
        this.table = table;
    }

    /** Prints every name, four in a row. */
    static void list(Output output, SystemCalls table) {
        List<String> names = table.all().values().stream().sorted().toList();
        for (int i = 0; i < names.size(); i += LISTED_IN_A_ROW) {
            output.text(names.subList(i, Math.min(i + LISTED_IN_A_ROW, names.size())).stream()
                    .map(name -> format("%-22s", name)).collect(Collectors.joining("   "))).line();
        }
    }

    @Override
    public void begin() {
        String failed = filters.failures() ? "failed " : "";
        List<String> calls = filters.calls();
        String what = calls.isEmpty()
                ? "syscalls, printing top " + view.top()
                : (calls.size() == 1 ? "syscall " : "syscalls ")
                        + calls.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
        output.text("Tracing " + failed + what + "... Ctrl+C to quit.").line();
        output.flush();
    }

    @Override
    public void reading(Instant moment, List<Row> rows) {
        output.text(CLOCK.format(moment.atZone(ZoneId.systemDefault()))).line();
        output.text(heading()).line();
        view.sorted(rows, view.top()).forEach(row -> output.text(line(row)).line());
        output.line();
        output.flush();
    }

    private String heading() {
        String first = format("%-22s %8s", view.byProcess() ? "PID    COMM" : "SYSCALL", "COUNT");
        return view.latency()
                ? first + format(" %16s", view.milliseconds() ? "TIME (ms)" : "TIME (us)")
                : first;
    }

    private String line(Row row) {
        String key = view.byProcess()
                ? format("%-6d %-15s", row.key(), visible(row.comm()))
                : CallNames.of(table, row.key());
        String first = format("%-22s %8d", key, row.count());
        if (!view.latency()) {
            return first;
        }
        return first + (view.milliseconds()
                ? format(" %16.6f", row.nanoseconds() / NANOSECONDS_PER_MILLISECOND)
                : format(" %16.3f", row.nanoseconds() / NANOSECONDS_PER_MICROSECOND));
    }

    /** Control characters in a process's name would move the cursor. */
    private static String visible(String comm) {
        return comm.replaceAll("\\p{Cntrl}", "?");
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    @Override
    public void end() {
        output.text("Detaching...").line();
        output.flush();
    }
}
