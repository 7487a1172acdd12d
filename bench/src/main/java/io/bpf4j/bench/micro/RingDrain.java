package io.bpf4j.bench.micro;

import io.bpf4j.loader.event.RecordHandler;
import io.bpf4j.loader.event.RingConsumer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Drains a full ring of 64-byte events on one thread, handing each to a handler that reads one field; beside it, the
 * same bytes read word by word without any ring, which is as fast as a reader could be.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RingDrain {
    private static final int PAGE = 4096;
    private static final int HEADER = 8;
    private static final int EVENT = 64;
    private static final int STRIDE = HEADER + EVENT;
    private static final int EVENTS = 14_000;
    private static final int SIZE = 1 << 20;

    private final ByteBuffer consumer = direct(PAGE);
    private final ByteBuffer producer = direct(PAGE + 2 * SIZE);
    private RingConsumer ring;
    private long sum;
    private final RecordHandler handler = (data, offset, length) -> sum += data.getLong(offset);

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Fills the ring as the kernel would. */
    @Setup(Level.Trial)
    public void fill() {
        for (int i = 0; i < EVENTS; i++) {
            int at = PAGE + i * STRIDE;
            producer.putInt(at, EVENT);
            producer.putLong(at + HEADER, i);
        }
        producer.putLong(0, (long) EVENTS * STRIDE);
    }

    /** Makes every event unread again. */
    @Setup(Level.Invocation)
    public void rewind() {
        consumer.putLong(0, 0);
        ring = new RingConsumer(consumer, producer, SIZE);
    }

    /** Our reader, in events a second. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long drain() {
        if (ring.drain(handler) != EVENTS) {
            throw new IllegalStateException("an event is missing");
        }
        return sum;
    }

    /** The reference: the same bytes, as plain words, in events a second. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long readWords() {
        long words = 0;
        for (int at = PAGE; at < PAGE + EVENTS * STRIDE; at += Long.BYTES) {
            words += producer.getLong(at);
        }
        return words;
    }
}
