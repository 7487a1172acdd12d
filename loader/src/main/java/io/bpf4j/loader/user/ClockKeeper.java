package io.bpf4j.loader.user;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.vm.jit.x64.ProcessBlock;
import io.bpf4j.vm.memory.Memory;
import java.util.ArrayList;
import java.util.List;

/** Tells the traced processes how to read the time off the processor's counter, and keeps that right. */
final class ClockKeeper implements AutoCloseable {

    private static final long PERIOD = 500_000_000L;

    private final TscClock clock;
    private final Memory memory;
    private final List<Long> blocks = new ArrayList<>();
    private long next;

    ClockKeeper(Kernel kernel, Memory memory) {
        this.clock = new TscClock(kernel);
        this.memory = memory;
    }

    /** Takes a process block, by its address in this process, and sets its clock. */
    void add(long block) {
        TscClock.Scale scale = clock.scale();
        set(block, scale);
        set(block, scale);
        blocks.add(block);
    }

    /** Measures again if it is time to, so that a clock that the kernel adjusts is followed. */
    void refresh(long now) {
        if (now - next >= 0) {
            next = now + PERIOD;
            TscClock.Scale scale = clock.scale();
            blocks.forEach(block -> set(block, scale));
        }
    }

    /** Writes the bank that nobody reads, then makes it the valid one. */
    private void set(long block, TscClock.Scale scale) {
        int sequence = memory.getInt(block + ProcessBlock.SEQUENCE.offset());
        long bank = block + ProcessBlock.BANKS.offset()
                + ((long) (sequence + 1 & 1) << ProcessBlock.BANK_BITS);
        memory.putLong(bank + ProcessBlock.TIME_STAMP, scale.ticks());
        memory.putLong(bank + ProcessBlock.NANOSECONDS, scale.nanos());
        memory.putLong(bank + ProcessBlock.MULTIPLIER, scale.multiplier());
        memory.putLong(bank + ProcessBlock.SHIFT, scale.shift());
        memory.putIntRelease(block + ProcessBlock.SEQUENCE.offset(), sequence + 1);
    }

    @Override
    public void close() {
        clock.close();
    }
}
