package io.bpf4j.tools.sslsniff;

import io.bpf4j.tools.common.Output;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Shows calls as bcc's sslsniff does (tools/sslsniff.py, print_event), but that the columns behind LEN stand under
 * their titles: bcc makes the title of LEN one wider than the number.
 *
 * <pre>
 * FUNC         TIME(s)            COMM             PID     LEN     UID     TID     LAT(ms)
 * WRITE/SEND   0.000132000        curl             12915   75      1000    12916   0.010
 * ----- DATA -----
 * ...
 * ----- END DATA (TRUNCATED, 43 bytes lost) -----
 * </pre>
 */
final class TextPrinter implements CallPrinter {
    private static final int FUNCTION_WIDTH = 12;
    private static final int TIME_WIDTH = 18;
    private static final int COMM_WIDTH = 16;
    private static final int NUMBER_WIDTH = 7;
    private static final int BYTES_PER_LINE = 16;
    private static final int NIBBLE = 4;
    private static final byte[] HEXADECIMAL = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final Output output;
    private final SniffOptions options;
    private final Row row;
    private final TerminalText harmless;
    private boolean started;
    private long firstTime;

    TextPrinter(Output output, SniffOptions options) {
        this.output = output;
        this.options = options;
        this.row = new Row(output);
        this.harmless = new TerminalText(output);
    }

    @Override
    public void header() {
        row.next(row.text("FUNC"), FUNCTION_WIDTH).next(row.text("TIME(s)"), TIME_WIDTH)
                .next(row.text("COMM"), COMM_WIDTH).next(row.text("PID"), NUMBER_WIDTH)
                .end(row.text("LEN"), NUMBER_WIDTH);
        if (options.extra()) {
            output.oneByte(' ');
            row.next(row.text("UID"), NUMBER_WIDTH).end(row.text("TID"), NUMBER_WIDTH);
        }
        if (options.latency()) {
            output.oneByte(' ');
            row.end(row.text("LAT(ms)"), NUMBER_WIDTH);
        }
        output.line();
    }

    @Override
    public void print(Call call) {
        printRow(call);
        // Where nothing was asked for, nothing is missing.
        if (call.captured() > 0 || options.maximumBytes() > 0 && call.truncated() > 0) {
            printData(call);
        }
    }

    private void printRow(Call call) {
        if (!started) {
            started = true;
            firstTime = call.endNanoseconds();
        }
        row.next(row.text(call.direction().label()), FUNCTION_WIDTH)
                .next(row.seconds(call.endNanoseconds() - firstTime), TIME_WIDTH)
                .next(comm(call), COMM_WIDTH)
                .next(row.number(call.pid()), NUMBER_WIDTH)
                .end(row.number(call.length()), NUMBER_WIDTH);
        if (options.extra()) {
            output.oneByte(' ');
            row.next(row.number(call.uid()), NUMBER_WIDTH).end(row.number(call.tid()), NUMBER_WIDTH);
        }
        if (options.latency()) {
            output.oneByte(' ');
            row.end(latency(call), NUMBER_WIDTH);
        }
        output.line();
    }

    /** A thread may call itself anything, an escape sequence or a line end too. */
    private int comm(Call call) {
        int length = 0;
        int columns = 0;
        for (int c = call.comm(0); c != 0; c = call.comm(++length)) {
            output.oneByte(c < ' ' || c == TerminalText.DELETE ? '?' : c);
            // The second and later bytes of a UTF-8 character take no column of their own.
            columns += (c & 0xc0) == 0x80 ? 0 : 1;
        }
        return columns;
    }

    private int latency(Call call) {
        long nanoseconds = call.endNanoseconds() - call.startNanoseconds();
        return call.startNanoseconds() == 0 || nanoseconds <= 0
                ? row.text("N/A")
                : row.milliseconds(nanoseconds);
    }

    private void printData(Call call) {
        output.text("----- DATA -----").line();
        if (options.hexdump()) {
            hexdump(call.data(), call.dataAt(), call.captured());
        } else if (output.isTerminal()) {
            harmless.write(call.data(), call.dataAt(), call.captured());
        } else {
            output.bytes(call.data(), call.dataAt(), call.captured());
        }
        output.line().text("----- END DATA ");
        if (call.truncated() > 0) {
            output.text("(TRUNCATED, ");
            row.number(call.truncated());
            output.text(" bytes lost) ");
        }
        output.text("-----").line().line().line();
    }

    private void hexdump(ByteBuffer data, int start, int length) {
        for (int i = 0; i < length; i++) {
            if (i > 0 && i % BYTES_PER_LINE == 0) {
                output.line();
            }
            int octet = data.get(start + i) & 0xff;
            output.oneByte(HEXADECIMAL[octet >> NIBBLE]).oneByte(HEXADECIMAL[octet & 0xf]);
        }
    }
}
