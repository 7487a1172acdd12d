package io.bpf4j.loader.user;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.NativeCode;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.X64Assembler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How the processor's time stamp counter and CLOCK_MONOTONIC belong together: {@code ns = ns0 + ((tsc - tsc0) * mult
 * >> shift)}. Measured when it is made, and better the more time has passed since then.
 */
final class TscClock implements AutoCloseable {

    private static final Path CLOCK_SOURCE = Path
            .of("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    /** Among so many attempts the one counts between whose two readings of the clock the least time passed. */
    private static final int ATTEMPTS = 64;
    /** The product of a difference of two days' ticks with the multiplier still fits 128 bits, with much room. */
    private static final int SHIFT = 32;

    private final NativeCode code;
    private final Sample first;

    /** A reading of both clocks at once. */
    private record Sample(long ticks, long nanos) {}

    /**
     * What code needs to tell the time.
     *
     * @param ticks the counter at some moment
     * @param nanos CLOCK_MONOTONIC at that moment
     * @param multiplier nanoseconds per tick, times 2 to the {@link #shift}
     */
    record Scale(long ticks, long nanos, long multiplier, int shift) {}

    TscClock(Kernel kernel) {
        X64Assembler assembler = new X64Assembler();
        assembler.plain(Plain.RDTSC);
        assembler.shift(Shift.SHL, OperandSize.QWORD, Gpr.RDX, Integer.SIZE);
        assembler.alu(Alu.OR, OperandSize.QWORD, Gpr.RAX, Gpr.RDX);
        assembler.plain(Plain.RET);
        byte[] bytes = assembler.assemble().bytes();
        code = new NativeCode(kernel, bytes.length);
        code.seal(bytes);
        first = sample();
    }

    /** Returns whether the counter runs at one speed on all processors: whether the kernel itself relies on it. */
    static boolean isReliable() {
        try {
            return Files.readString(CLOCK_SOURCE).strip().equals("tsc") || hasFlags();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean hasFlags() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("flags")).findFirst()
                    .map(line -> Arrays.asList(line.split("\\s+")))
                    .filter(flags -> flags.contains("constant_tsc") && flags.contains("nonstop_tsc"))
                    .isPresent();
        }
    }

    private long ticks() {
        return NativeCode.call(code.address(), 0);
    }

    private Sample sample() {
        Sample best = null;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ATTEMPTS; i++) {
            long before = System.nanoTime();
            long ticks = ticks();
            long after = System.nanoTime();
            if (after - before < least) {
                least = after - before;
                best = new Sample(ticks, before + (after - before) / 2);
            }
        }
        return best;
    }

    /** Measures again. */
    Scale scale() {
        Sample now = sample();
        double nanosPerTick = (double) (now.nanos() - first.nanos()) / (now.ticks() - first.ticks());
        return new Scale(now.ticks(), now.nanos(), Math.round(nanosPerTick * (1L << SHIFT)), SHIFT);
    }

    @Override
    public void close() {
        code.close();
    }
}
