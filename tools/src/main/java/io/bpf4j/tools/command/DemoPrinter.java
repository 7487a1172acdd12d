package io.bpf4j.tools.command;

import io.bpf4j.loader.EventHandler;
import io.bpf4j.loader.Session;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.TextTable;
import io.bpf4j.vm.abi.SystemCalls;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.ValueReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Shows what demo.probe reports. */
final class DemoPrinter implements EventHandler {
    private static final int MOST_CALLS = 8;
    private static final double NANOSECONDS_PER_MICROSECOND = 1e3;

    private final Session session;
    private final Output output;
    private final StructType message;
    private int messages;

    /** What demo.probe counts for one system call. */
    private record Total(String name, long count, long nanoseconds) {}

    DemoPrinter(Session session, Output output) {
        this.session = session;
        this.output = output;
        this.message = (StructType) ((MapRole.Events) session.map("messages").spec().role()).record();
    }

    /** Says what is going to be shown. */
    void heading() {
        output.text(
                "What a TLS client says and hears, read before it is encrypted and after it was decrypted:")
                .line();
    }

    /** Returns how many messages were shown. */
    int messages() {
        return messages;
    }

    @Override
    public void accept(String map, ByteBuffer data, int offset, int length) {
        messages++;
        boolean written = number(data, offset, message, "direction") != 0;
        long size = number(data, offset, message, "length");
        StructType.Field text = message.field("data").orElseThrow();
        byte[] bytes = new byte[(int) Math.min(size, text.type().size())];
        data.get(offset + text.offset(), bytes);
        output.line().text("%s  %d bytes  %s us".formatted(written ? "SSL_write ->" : "SSL_read  <-", size,
                microseconds(number(data, offset, message, "elapsed_ns")))).line();
        for (String line : new String(bytes, StandardCharsets.UTF_8).stripTrailing().split("\r?\n")) {
            output.text(("    " + line.replaceAll("\\p{Cntrl}", ".")).stripTrailing()).line();
        }
    }

    private static long number(ByteBuffer data, int offset, StructType struct, String name) {
        StructType.Field field = struct.field(name).orElseThrow();
        return ValueReader.readNumber((IntType) field.type(), data, offset + field.offset());
    }

    private static String microseconds(long nanoseconds) {
        return String.format(Locale.ROOT, "%.1f", nanoseconds / NANOSECONDS_PER_MICROSECOND);
    }

    /** Shows the system calls that were counted, the most frequent first. */
    void systemCalls() {
        List<Total> totals = totals();
        TextTable table = new TextTable();
        table.column("SYSCALL", false);
        table.column("COUNT", true);
        table.column("TIME (us)", true);
        for (Total total : totals.subList(0, Math.min(MOST_CALLS, totals.size()))) {
            table.row(List.of(total.name(), Long.toString(total.count()), microseconds(total.nanoseconds())));
        }
        output.line().text("The system calls that it made:").line();
        table.print(output);
        if (totals.size() > MOST_CALLS) {
            output.text("and " + (totals.size() - MOST_CALLS) + " more").line();
        }
        output.line().text("Your own programs: jsslsniff -p PID, jsyscount -p PID, bpf4j run FILE").line();
    }

    private List<Total> totals() {
        var map = session.map("totals");
        StructType value = (StructType) map.spec().value();
        SystemCalls names = SystemCalls.ofThisMachine();
        List<Total> totals = new ArrayList<>();
        map.forEach((key, total) -> {
            long number = key.getLong(0);
            totals.add(new Total(names.name((int) number).orElse("[" + number + "]"),
                    number(total, 0, value, "count"), number(total, 0, value, "elapsed_ns")));
        });
        totals.sort(Comparator.comparingLong(Total::count).reversed().thenComparing(Total::name));
        return totals;
    }
}
