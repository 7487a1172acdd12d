package io.bpf4j.loader.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.loader.sys.Cpus;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.MapCalls;
import io.bpf4j.loader.sys.MapParameters;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.loader.sys.Privileges;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PerfBufferReaderTest {
    private Kernel kernel;

    @BeforeEach
    void needsRoot() {
        kernel = Privileges.rootKernel();
    }

    private Fd perfMap() {
        int cpus = Arrays.stream(Cpus.possible()).max().orElseThrow() + 1;
        return new MapCalls(kernel).create(MapParameters.of(MapKind.PERF_EVENT_ARRAY, 4, 4, cpus, "perf"));
    }

    private static final class Checker {
        private long seen;
        private long last = -1;

        RecordHandler of(int size) {
            return (data, offset, length) -> {
                long number = data.getLong(offset);
                boolean whole = true;
                for (int at = 8; at + 8 <= size; at += 8) {
                    whole &= data.getLong(offset + at) == number;
                }
                if (length < size || length >= size + 8 || number <= last || !whole) {
                    throw new AssertionError("length " + length + ", number " + number + " after " + last);
                }
                last = number;
                seen++;
            };
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 52, 100, 200})
    void recordsWrapAroundManyTimesAndStayWholeOnEveryCpu(int size) {
        try (var map = perfMap();
                var reader = new PerfBufferReader(kernel, map, 4096, 1);
                var producer = Producer.toPerf(kernel, map, size)) {
            var checker = new Checker();
            for (int cpu : Cpus.online()) {
                for (int i = 0; i < 200; i++) {
                    producer.runOn(cpu);
                    assertEquals(Producer.PER_RUN, reader.drain(checker.of(size)));
                }
            }
            assertEquals(producer.tried(), checker.seen);
            assertEquals(0, reader.lost());
        }
    }

    @Test
    void lostRecordsAreCounted() {
        int size = 100;
        int cpu = Cpus.online()[0];
        try (var map = perfMap();
                var reader = new PerfBufferReader(kernel, map, 4096, 1);
                var producer = Producer.toPerf(kernel, map, size)) {
            for (int i = 0; i < 10; i++) {
                producer.runOn(cpu);
            }
            var checker = new Checker();
            reader.drain(checker.of(size));
            assertTrue(producer.refused() > 0, "160 records of 100 bytes do not fit in 4096 bytes");
            producer.runOn(cpu); // the kernel reports what it lost with the next record that it writes
            reader.drain(checker.of(size));
            assertEquals(producer.refused(), reader.lost());
            assertEquals(producer.tried(), checker.seen + reader.lost());
        }
    }

    @Test
    void aPollWakesUpForARecord() {
        try (var map = perfMap();
                var reader = new PerfBufferReader(kernel, map, 4096, 1);
                var poller = new EventPoller(kernel);
                var producer = Producer.toPerf(kernel, map, 8)) {
            poller.add(reader, new Checker().of(8));
            assertEquals(0, poller.poll(0));
            producer.runOn(Cpus.online()[0]);
            assertEquals(Producer.PER_RUN, poller.poll(-1));
        }
    }

    @Test
    void closingLeavesNoDescriptor() throws Exception {
        long before = Privileges.kernelDescriptors();
        try (var map = perfMap(); var reader = new PerfBufferReader(kernel, map, 4096, 1)) {
            assertEquals(Cpus.online().length, reader.descriptors().size());
            assertEquals(before + 1 + Cpus.online().length, Privileges.kernelDescriptors());
        }
        assertEquals(before, Privileges.kernelDescriptors());
    }
}
