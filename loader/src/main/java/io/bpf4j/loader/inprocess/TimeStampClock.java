package io.bpf4j.loader.inprocess;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.NativeCode;
import io.bpf4j.vm.jit.x64.ProcessBlock;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.X64Assembler;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The relation of the processor's time stamps to CLOCK_MONOTONIC, as {@link ProcessBlock} has it. {@link #close} frees
 * the code that reads time stamps.
 */
public final class TimeStampClock implements AutoCloseable {

    private static final Path CLOCK_SOURCE = Path
            .of("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    /** How often both are read to find a pair that was read at the same time. */
    private static final int TRIES = 16;
    /** The multiplier has 64 bits, and a tick is at most 2^SHIFT nanoseconds. */
    private static final int SHIFT = 60;

    private final NativeCode code;
    private final Reading first;
    private Reading last;
    private long multiplier;

    /** Both clocks at one moment. */
    private record Reading(long stamp, long nanoseconds) {}

    /** Measures for a number of nanoseconds: the error is about 100 ns per measured time. */
    public TimeStampClock(Kernel kernel, long nanoseconds) {
        X64Assembler assembler = new X64Assembler();
        assembler.plain(Plain.RDTSC);
        assembler.shift(Shift.SHL, OperandSize.QWORD, Gpr.RDX, 32);
        assembler.alu(Alu.OR, OperandSize.QWORD, Gpr.RAX, Gpr.RDX);
        assembler.plain(Plain.RET);
        byte[] bytes = assembler.assemble().bytes();
        code = new NativeCode(kernel, bytes.length);
        code.seal(bytes);
        read();
        first = read();
        do {
            refresh();
        } while (last.nanoseconds - first.nanoseconds < nanoseconds);
    }

    /** Returns whether time stamps tell the time on this machine: whether the kernel itself relies on them. */
    public static boolean isReliable() {
        try {
            return Files.readString(CLOCK_SOURCE).strip().equals("tsc");
        } catch (IOException e) {
            return false;
        }
    }

    /** Measures again: the longer since the first time, the better. */
    public void refresh() {
        last = read();
        multiplier = BigInteger.valueOf(last.nanoseconds - first.nanoseconds).shiftLeft(SHIFT)
                .divide(BigInteger.valueOf(last.stamp - first.stamp)).longValueExact();
    }

    /** Returns the closest pair of some. */
    private Reading read() {
        Reading best = null;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            long before = System.nanoTime();
            long stamp = NativeCode.call(code.address(), 0);
            long after = System.nanoTime();
            if (after - before < least) {
                least = after - before;
                best = new Reading(stamp, before + (after - before) / 2);
            }
        }
        return best;
    }

    /** Writes what is known to the bank that is not valid, and makes it valid. */
    public void publish(Memory memory, long block) {
        long sequence = block + ProcessBlock.SEQUENCE.offset();
        int next = memory.getIntAcquire(sequence) + 1;
        long bank = block + ProcessBlock.BANKS.offset() + ((long) (next & 1) << ProcessBlock.BANK_BITS);
        memory.putLong(bank + ProcessBlock.TIME_STAMP, last.stamp);
        memory.putLong(bank + ProcessBlock.NANOSECONDS, last.nanoseconds);
        memory.putLong(bank + ProcessBlock.MULTIPLIER, multiplier);
        memory.putLong(bank + ProcessBlock.SHIFT, SHIFT);
        memory.putIntRelease(sequence, next);
    }

    @Override
    public void close() {
        code.close();
    }
}
