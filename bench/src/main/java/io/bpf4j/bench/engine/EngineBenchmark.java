package io.bpf4j.bench.engine;

import io.bpf4j.loader.sys.LinuxKernel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A compute kernel in all engines by turns: one short sample of each, again and again, so that all of them meet the
 * same phases of a machine whose speed changes. What counts are the {@link Times}, not the duration of a round. HotSpot
 * compiles while the program waits ({@code -Xbatch}), so that a busy machine does not measure HotSpot's interpreter.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1, time = 6)
@Fork(value = 1, jvmArgsAppend = {"-Xbatch", "-XX:-DontCompileHugeMethods",
    "--enable-native-access=ALL-UNNAMED"})
public class EngineBenchmark {

    /** What is computed. */
    @Param("empty")
    private String kernel;

    /** Who computes: names of {@link Contestant}s with commas between. */
    @Param("c,kernel,native,jvm,interpreter")
    private String engines;

    private Contestants contestants;

    /**
     * The time of a run in nanoseconds, at the {@value Samples#PERCENTILE}th percentile of the samples; 0 of those who
     * were not asked.
     */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Times {
        private Contestants contestants;

        private double low(Contestant contestant) {
            return contestants == null ? 0 : contestants.low(contestant);
        }

        /** Returns that of compiled C. */
        public double c() {
            return low(Contestant.C);
        }

        /** Returns that of the kernel. */
        public double kernel() {
            return low(Contestant.KERNEL);
        }

        /** Returns that of machine code. */
        public double x64() {
            return low(Contestant.NATIVE);
        }

        /** Returns that of the JVM compiler. */
        public double jvm() {
            return low(Contestant.JVM);
        }

        /** Returns that of the interpreter. */
        public double interpreter() {
            return low(Contestant.INTERPRETER);
        }
    }

    /** Makes everything ready, and warm. */
    @Setup
    public void open() throws IOException, InterruptedException {
        contestants = Contestants.open(LinuxKernel.instance(), new ComputeKernel(kernel), engines.split(","));
    }

    /** Frees it. */
    @TearDown
    public void close() {
        contestants.close();
    }

    /** Takes a sample of each. */
    @Benchmark
    public void round(Times times) {
        times.contestants = contestants;
        contestants.sample();
    }
}
