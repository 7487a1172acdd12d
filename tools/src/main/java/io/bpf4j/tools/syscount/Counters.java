package io.bpf4j.tools.syscount;

import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The running probe's totals. The probe counts in one of two maps; to read them it is told to count in the other, and
 * once no program runs that began before, the first one is read and emptied: every call is in exactly one reading.
 *
 * <pre>
 *  value   0        8              16        32
 *          | count  | nanoseconds  | comm    |
 * </pre>
 */
final class Counters {
    private static final List<String> BANKS = List.of("even", "odd");
    private static final int COUNT_OFFSET = 0;
    private static final int NANOSECONDS_OFFSET = 8;
    private static final int COMM_OFFSET = 16;
    private static final int COMM_SIZE = 16;

    private final Session session;
    private final Runnable quiescence;
    private final SessionMap globals;
    private final int bankOffset;
    private int bank;

    /**
     * Reads a session's.
     *
     * @param quiescence waits until no program runs that runs now
     */
    Counters(Session session, Runnable quiescence) {
        this.session = session;
        this.quiescence = quiescence;
        var global = session.unit().global("bank").orElseThrow();
        globals = session.map(global.map());
        bankOffset = global.offset();
    }

    /** Returns what was counted since the last time, in no order. */
    List<Row> take() {
        SessionMap counted = session.map(BANKS.get(bank));
        bank = 1 - bank;
        byte[] value = globals.lookup(new byte[Integer.BYTES]).orElseThrow();
        ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).putInt(bankOffset, bank);
        globals.update(new byte[Integer.BYTES], value);
        quiescence.run();
        List<Row> rows = new ArrayList<>();
        counted.drain((key, total) -> rows.add(row(key, total)));
        return rows;
    }

    private static Row row(ByteBuffer key, ByteBuffer total) {
        return new Row(key.getInt(0), comm(total), total.getLong(COUNT_OFFSET),
                total.getLong(NANOSECONDS_OFFSET));
    }

    private static String comm(ByteBuffer total) {
        byte[] bytes = new byte[COMM_SIZE];
        total.get(COMM_OFFSET, bytes);
        int length = 0;
        while (length < COMM_SIZE && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
