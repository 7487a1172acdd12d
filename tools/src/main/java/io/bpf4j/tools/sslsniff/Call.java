package io.bpf4j.tools.sslsniff;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One call that has ended, with as much of its data as was captured. One object serves many calls: it is valid only
 * while it is being printed.
 */
final class Call {
    private final CallLayout layout;
    private ByteBuffer record;
    private int at;
    private ByteBuffer data;
    private int dataAt;
    private int captured;

    Call(CallLayout layout) {
        this.layout = layout;
    }

    /** Shows a record, and data that may be elsewhere; returns this. */
    Call at(ByteBuffer newRecord, int newAt, ByteBuffer newData, int newDataAt, int newCaptured) {
        record = newRecord;
        at = newAt;
        data = newData;
        dataAt = newDataAt;
        captured = newCaptured;
        return this;
    }

    /** Returns when the call began, nanoseconds since boot without suspend; 0 if that is not known. */
    long startNanoseconds() {
        return record.getLong(at + layout.start);
    }

    /** Returns when the call ended, nanoseconds since boot without suspend. */
    long endNanoseconds() {
        return record.getLong(at + layout.end);
    }

    /** Returns the address of the library's object for the connection. */
    long connection() {
        return record.getLong(at + layout.connection);
    }

    /** Returns how many bytes the call moved; 0 for a handshake. */
    long length() {
        return record.getLong(at + layout.length);
    }

    /** Returns the process. */
    int pid() {
        return record.getInt(at + layout.pid);
    }

    /** Returns the thread. */
    int tid() {
        return record.getInt(at + layout.tid);
    }

    /** Returns the real user, as an unsigned number. */
    long uid() {
        return Integer.toUnsignedLong(record.getInt(at + layout.uid));
    }

    /** Returns the function, such as {@code SSL_read_ex}. */
    String symbol() {
        return layout.symbols.get(record.getInt(at + layout.symbol));
    }

    /** Returns what the call did. */
    Direction direction() {
        return layout.directions.get(record.getInt(at + layout.direction));
    }

    /** Returns a byte of the thread's name; 0 at its end. */
    int comm(int index) {
        return index < layout.commSize ? record.get(at + layout.comm + index) & 0xff : 0;
    }

    /** Returns the thread's name. */
    String comm() {
        byte[] bytes = new byte[layout.commSize];
        int length = 0;
        while (comm(length) != 0) {
            bytes[length] = (byte) comm(length);
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** Returns whether the thread has this name, given as bytes. */
    boolean isNamed(byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (comm(i) != (name[i] & 0xff)) {
                return false;
            }
        }
        return comm(name.length) == 0;
    }

    /** Returns how many bytes of data there are to show. */
    int captured() {
        return captured;
    }

    /** Returns how many bytes of the call's data are not there. */
    long truncated() {
        return length() - captured;
    }

    /** Returns the buffer that holds the data. */
    ByteBuffer data() {
        return data;
    }

    /** Returns where in {@link #data} the data starts. */
    int dataAt() {
        return dataAt;
    }
}
