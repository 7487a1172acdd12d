package io.bpf4j.loader.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.MapCalls;
import io.bpf4j.loader.sys.MapParameters;
import io.bpf4j.loader.sys.Privileges;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RingBufferReaderTest {
    private static final int RECORD = 64;
    private static final int STRIDE = RECORD + 8;

    private Kernel kernel;

    @BeforeEach
    void needsRoot() {
        kernel = Privileges.rootKernel();
    }

    /** Checks that records come whole and in order, and counts them. */
    private static final class Checker implements RecordHandler {
        private final int size;
        private long seen;
        private long last = -1;

        Checker(int size) {
            this.size = size;
        }

        @Override
        public void record(ByteBuffer data, int offset, int length) {
            long number = data.getLong(offset);
            if (length != size || number <= last || data.getLong(offset + size - 8) != number) {
                throw new AssertionError("length " + length + ", number " + number + " after " + last);
            }
            last = number;
            seen++;
        }
    }

    @Test
    void recordsWrapAroundManyTimesAndStayWhole() {
        int size = 4096;
        try (var ring = new MapCalls(kernel).create(MapParameters.ringBuffer(size, "ring"));
                var producer = Producer.toRing(kernel, ring, RECORD, 0);
                var reader = new RingBufferReader(kernel, ring, size)) {
            var checker = new Checker(RECORD);
            for (int i = 0; i < 1000; i++) {
                producer.run(1);
                assertEquals(Producer.PER_RUN, reader.drain(checker));
            }
            assertEquals(producer.tried(), checker.seen);
            assertEquals(0, producer.refused());
        }
    }

    @Test
    void aFullRingTakesNoMoreAndLosesNothingThatItTook() {
        int size = 1 << 16;
        try (var ring = new MapCalls(kernel).create(MapParameters.ringBuffer(size, "ring"));
                var producer = Producer.toRing(kernel, ring, RECORD, 0);
                var reader = new RingBufferReader(kernel, ring, size)) {
            producer.run(1000);
            var checker = new Checker(RECORD);
            int held = reader.drain(checker);
            assertTrue(held > 0 && held <= size / STRIDE, () -> held + " records in " + size + " bytes");
            assertEquals(producer.tried(), held + producer.refused());
            producer.run(1);
            assertEquals(Producer.PER_RUN, reader.drain(checker), "room again");
        }
    }

    @Test
    @Timeout(120)
    void whatWasTriedWasReadOrRefusedWhileBothRunAtFullSpeed() {
        int size = 1 << 16;
        try (var ring = new MapCalls(kernel).create(MapParameters.ringBuffer(size, "ring"));
                var producer = Producer.toRing(kernel, ring, RECORD, 0);
                var reader = new RingBufferReader(kernel, ring, size);
                var poller = new EventPoller(kernel)) {
            var checker = new Checker(RECORD);
            poller.add(reader, checker);
            readWhile(poller, () -> producer.run(200_000));
            assertEquals(200_000L * Producer.PER_RUN, producer.tried());
            assertEquals(producer.tried(), checker.seen + producer.refused());
        }
    }

    @Test
    @Timeout(120)
    void nothingIsLostAtTwoHundredThousandASecond() {
        int size = 1 << 24;
        int perMillisecond = 208; // a multiple of what one run writes
        int milliseconds = 10_000;
        try (var ring = new MapCalls(kernel).create(MapParameters.ringBuffer(size, "ring"));
                var producer = Producer.toRing(kernel, ring, RECORD, 0);
                var reader = new RingBufferReader(kernel, ring, size);
                var poller = new EventPoller(kernel)) {
            var checker = new Checker(RECORD);
            poller.add(reader, checker);
            readWhile(poller, () -> {
                long start = System.nanoTime();
                for (int i = 0; i < milliseconds; i++) {
                    producer.run(perMillisecond / Producer.PER_RUN);
                    LockSupport.parkNanos(start + (i + 1) * 1_000_000L - System.nanoTime());
                }
            });
            assertEquals(0, producer.refused());
            assertEquals((long) perMillisecond * milliseconds, checker.seen);
        }
    }

    /** Polls on this thread until {@code work}, on another one, is done. */
    private static void readWhile(EventPoller poller, Runnable work) {
        var done = new AtomicBoolean();
        var worker = CompletableFuture.runAsync(work).whenComplete((result, failure) -> {
            done.set(true);
            poller.wake();
        });
        while (!done.get()) {
            poller.poll(-1);
        }
        worker.join();
        while (poller.drain() > 0) {
            assertFalse(worker.isCompletedExceptionally());
        }
    }

    @Test
    void aRecordWithoutWakeUpIsFoundByTheNextPoll() {
        try (var ring = new MapCalls(kernel).create(MapParameters.ringBuffer(4096, "ring"));
                var producer = Producer.toRing(kernel, ring, RECORD, Producer.NO_WAKEUP);
                var reader = new RingBufferReader(kernel, ring, 4096);
                var poller = new EventPoller(kernel)) {
            poller.add(reader, new Checker(RECORD));
            assertEquals(0, poller.poll(0));
            producer.run(1);
            assertEquals(Producer.PER_RUN, poller.poll(-1));
        }
    }

    @Test
    @Timeout(60)
    void anotherThreadEndsAnEndlessPoll() throws Exception {
        try (var ring = new MapCalls(kernel).create(MapParameters.ringBuffer(4096, "ring"));
                var reader = new RingBufferReader(kernel, ring, 4096);
                var poller = new EventPoller(kernel)) {
            poller.add(reader, new Checker(RECORD));
            for (int i = 0; i < 100; i++) {
                var started = new CountDownLatch(1);
                var waiting = CompletableFuture.supplyAsync(() -> {
                    started.countDown();
                    return poller.poll(-1);
                });
                started.await();
                poller.wake();
                assertEquals(0, waiting.get());
            }
        }
    }

    @Test
    void aHandlerThatThrowsLosesNoOtherRecord() {
        try (var ring = new MapCalls(kernel).create(MapParameters.ringBuffer(4096, "ring"));
                var producer = Producer.toRing(kernel, ring, RECORD, 0);
                var reader = new RingBufferReader(kernel, ring, 4096)) {
            producer.run(1);
            assertThrows(IllegalStateException.class, () -> reader.drain((data, offset, length) -> {
                throw new IllegalStateException("no");
            }));
            assertEquals(Producer.PER_RUN - 1, reader.drain(new Checker(RECORD)));
        }
    }

    @Test
    void theHandlerCannotWriteIntoTheRing() {
        try (var ring = new MapCalls(kernel).create(MapParameters.ringBuffer(4096, "ring"));
                var producer = Producer.toRing(kernel, ring, RECORD, 0);
                var reader = new RingBufferReader(kernel, ring, 4096)) {
            producer.run(1);
            assertThrows(java.nio.ReadOnlyBufferException.class,
                    () -> reader.drain((data, offset, length) -> data.put(offset, (byte) 1)));
        }
    }

    @Test
    void closingLeavesNoDescriptorAndReadingAfterwardsIsRefused() throws Exception {
        long before = Privileges.kernelDescriptors();
        RingBufferReader kept;
        try (var ring = new MapCalls(kernel).create(MapParameters.ringBuffer(4096, "ring"));
                var producer = Producer.toRing(kernel, ring, RECORD, 0);
                var reader = new RingBufferReader(kernel, ring, 4096);
                var poller = new EventPoller(kernel)) {
            kept = reader;
            poller.add(reader, new Checker(RECORD));
            producer.run(1);
            poller.poll(0);
            assertTrue(Privileges.kernelDescriptors() > before);
        }
        assertEquals(before, Privileges.kernelDescriptors());
        assertThrows(IllegalStateException.class, () -> kept.drain(new Checker(RECORD)));
        kept.close();
    }
}
