package io.bpf4j.loader.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The reading end of one CPU's perf buffer, see {@link PerfDescriptor}. Copies only records that wrap around. */
final class PerfConsumer {
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class,
            ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer pages;
    private final ByteBuffer readable;
    private final int size;
    private final ByteBuffer whole = ByteBuffer.allocateDirect(PerfDescriptor.MAX_RECORD)
            .order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer readableWhole = whole.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    private long lost;

    /**
     * @param pages
     *            the control page and the data, a power of two of bytes
     */
    PerfConsumer(ByteBuffer pages) {
        this.pages = pages;
        this.readable = pages.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        this.size = pages.capacity() - PerfDescriptor.PAGE;
    }

    int drain(RecordHandler handler) {
        long head = (long) LONG.getAcquire(pages, PerfDescriptor.DATA_HEAD);
        long tail = (long) LONG.getAcquire(pages, PerfDescriptor.DATA_TAIL);
        int count = 0;
        try {
            while (tail < head) {
                int at = (int) (tail & size - 1);
                int length = Short
                        .toUnsignedInt(pages.getShort(PerfDescriptor.PAGE + at + PerfDescriptor.SIZE));
                boolean wraps = at + length > size;
                var buffer = wraps ? unwrap(at, length) : readable;
                int start = wraps ? 0 : PerfDescriptor.PAGE + at;
                tail += length;
                int type = buffer.getInt(start + PerfDescriptor.TYPE);
                if (type == PerfDescriptor.SAMPLE) {
                    count++;
                    handler.record(buffer, start + PerfDescriptor.RAW_DATA,
                            buffer.getInt(start + PerfDescriptor.RAW_LENGTH));
                } else if (type == PerfDescriptor.LOST) {
                    lost += buffer.getLong(start + PerfDescriptor.LOST_COUNT);
                }
            }
        } finally {
            // A full fence before the next look at data_head, as tools/include/linux/ring_buffer.h asks for.
            LONG.setVolatile(pages, PerfDescriptor.DATA_TAIL, tail);
        }
        return count;
    }

    long lost() {
        return lost;
    }

    private ByteBuffer unwrap(int at, int length) {
        int first = size - at;
        whole.put(0, pages, PerfDescriptor.PAGE + at, first);
        whole.put(first, pages, PerfDescriptor.PAGE, length - first);
        return readableWhole;
    }
}
