package io.bpf4j.tools.sslsniff;

import io.bpf4j.loader.EventHandler;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes calls of the probe's records: most are one record, which is passed on where it lies; long ones are pieces,
 * which are copied together. The pieces of a thread arrive in order, those of several threads in turns.
 *
 * <p>When the ring was full in the middle of a call, its later pieces are missing and so is the one that says that it
 * is the last: what there is of the call is passed on when its thread's next call arrives, or by {@link #flush}.
 */
final class CallAssembler implements EventHandler {
    private final CallLayout layout;
    private final Consumer<Call> calls;
    private final Call current;
    private final Map<Integer, Partial> partials = new HashMap<>();
    private final Deque<Partial> spares = new ArrayDeque<>();

    /** The pieces of one call so far: the first record without its data, then the data. */
    private final class Partial {
        private ByteBuffer bytes = empty(layout.data);
        private int captured;
        private boolean gap;
        private boolean old;

        void begin(ByteBuffer record, int at) {
            captured = 0;
            gap = false;
            old = false;
            record.get(at, bytes.array(), 0, layout.data);
        }

        /** Data behind a gap is not data of the call's start: it counts as missing. */
        void append(ByteBuffer record, int at) {
            int size = record.getInt(at + layout.captured);
            gap |= record.getInt(at + layout.offset) != captured || size == 0;
            if (gap) {
                return;
            }
            int end = layout.data + captured;
            if (end + size > bytes.capacity()) {
                ByteBuffer larger = empty(Math.max(2 * bytes.capacity(), end + size));
                larger.put(0, bytes, 0, end);
                bytes = larger;
            }
            record.get(at + layout.data, bytes.array(), end, size);
            captured += size;
        }

        boolean belongsTo(ByteBuffer record, int at) {
            return bytes.getLong(layout.start) == record.getLong(at + layout.start)
                    && bytes.getInt(layout.symbol) == record.getInt(at + layout.symbol);
        }

        void emit() {
            calls.accept(current.at(bytes, 0, bytes, layout.data, captured));
        }
    }

    private static ByteBuffer empty(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Passes calls on to a consumer, which must not keep them. */
    CallAssembler(CallLayout layout, Consumer<Call> calls) {
        this.layout = layout;
        this.calls = calls;
        this.current = new Call(layout);
    }

    @Override
    public void accept(String map, ByteBuffer data, int offset, int length) {
        boolean last = data.getInt(offset + layout.last) != 0;
        if (last && partials.isEmpty() && data.getInt(offset + layout.offset) == 0) {
            emitWhole(data, offset);
            return;
        }
        acceptPiece(data, offset, last);
    }

    private void emitWhole(ByteBuffer data, int offset) {
        calls.accept(
                current.at(data, offset, data, offset + layout.data, data.getInt(offset + layout.captured)));
    }

    private void acceptPiece(ByteBuffer data, int offset, boolean last) {
        int thread = data.getInt(offset + layout.tid);
        Partial partial = partials.get(thread);
        if (partial != null && !partial.belongsTo(data, offset)) {
            finish(partials.remove(thread));
            partial = null;
        }
        if (partial == null) {
            if (last && data.getInt(offset + layout.offset) == 0) {
                emitWhole(data, offset);
                return;
            }
            partial = spares.isEmpty() ? new Partial() : spares.pop();
            partial.begin(data, offset);
            partials.put(thread, partial);
        }
        partial.old = false;
        partial.append(data, offset);
        if (last) {
            finish(partials.remove(thread));
        }
    }

    private void finish(Partial partial) {
        partial.emit();
        spares.push(partial);
    }

    /** Passes on what was begun before the previous call of this method and has not grown since. */
    void flushOld() {
        for (Iterator<Partial> all = partials.values().iterator(); all.hasNext();) {
            Partial partial = all.next();
            if (partial.old) {
                finish(partial);
                all.remove();
            }
            partial.old = true;
        }
    }

    /** Passes on all that was begun. */
    void flush() {
        partials.values().forEach(this::finish);
        partials.clear();
    }
}
