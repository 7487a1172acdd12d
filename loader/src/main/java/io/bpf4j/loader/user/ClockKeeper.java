package io.bpf4j.loader.user;

import io.bpf4j.loader.inprocess.TimeStampClock;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.vm.memory.Memory;
import java.util.ArrayList;
import java.util.List;

/** Tells the traced processes how to read the time off the processor's counter, and keeps that right. */
final class ClockKeeper implements AutoCloseable {

    /** How long the two clocks are compared before the first process is told, in nanoseconds. */
    private static final long MEASURED = 1_000_000;
    /** Between two measurements, in nanoseconds; shorter at first, as the first ones are the least exact. */
    private static final long LONGEST_PERIOD = 1_000_000_000L;

    private final TimeStampClock clock;
    private final Memory memory;
    private final List<Long> blocks = new ArrayList<>();
    private long period = LONGEST_PERIOD / 64;
    private long next;

    ClockKeeper(Kernel kernel, Memory memory) {
        this.clock = new TimeStampClock(kernel, MEASURED);
        this.memory = memory;
    }

    /** Takes a process block, by its address in this process, and sets its clock. */
    void add(long block) {
        clock.refresh();
        clock.publish(memory, block);
        blocks.add(block);
    }

    /** Measures again if it is time to, so that a clock that the kernel adjusts is followed. */
    void refresh(long now) {
        if (now - next >= 0) {
            next = now + period;
            period = Math.min(2 * period, LONGEST_PERIOD);
            clock.refresh();
            blocks.forEach(block -> clock.publish(memory, block));
        }
    }

    @Override
    public void close() {
        clock.close();
    }
}
