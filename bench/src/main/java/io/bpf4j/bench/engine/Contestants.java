package io.bpf4j.bench.engine;

import io.bpf4j.loader.inprocess.HostProcessor;
import io.bpf4j.loader.inprocess.NativeBlock;
import io.bpf4j.loader.inprocess.NativeEngine;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.testrun.Outcome;
import io.bpf4j.loader.testrun.TestProgram;
import io.bpf4j.loader.testrun.TestRunner;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.HelperTable;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import io.bpf4j.vm.map.MapTable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Those who run one computation, each on a memory of its own. For one thread. {@link #close} frees what they hold. */
final class Contestants implements AutoCloseable {

    /** A sample is about so long, many times what the clock's reading takes. */
    private static final long SAMPLE_NANOSECONDS = 50_000;
    /** One in so many runs of a sample comes before it, to find the caches again that another took. */
    private static final int LEAD_IN = 3;
    private static final int MOST_RUNS = 1000;
    private static final long WARM_UP_NANOSECONDS = 1_500_000_000;
    /** Runs of the kernel per sample: it tells their mean in whole nanoseconds. */
    private static final int KERNEL_RUNS = 200;

    private final Kernel os;
    private final ComputeKernel computation;
    private final Map<Contestant, Run> runs = new EnumMap<>(Contestant.class);
    private final Map<Contestant, Samples> samples = new EnumMap<>(Contestant.class);
    private final Deque<Runnable> closing = new ArrayDeque<>();
    /** Keeps results from being nobody's. */
    private volatile long last;

    /** Takes a sample: the time of one run in nanoseconds. */
    @FunctionalInterface
    private interface Run {
        double sample();
    }

    private Contestants(Kernel os, ComputeKernel computation) {
        this.os = os;
        this.computation = computation;
    }

    /** Makes the ones that have some labels ready. */
    static Contestants open(Kernel os, ComputeKernel computation, String[] labels)
            throws IOException, InterruptedException {
        Contestants contestants = new Contestants(os, computation);
        for (String label : labels) {
            Contestant one = Contestant.of(label).orElseThrow();
            contestants.runs.put(one, contestants.run(one));
            contestants.samples.put(one, new Samples());
        }
        return contestants;
    }

    private Run run(Contestant one) throws IOException, InterruptedException {
        if (one == Contestant.KERNEL) {
            return inKernel();
        }
        NativeBlock block = new NativeBlock(os, Execution.bytes(ComputeKernel.MEMORY));
        closing.push(block::close);
        Machine machine = new Machine(block.memory(), new MapTable(List.of()), HelperTable.EMPTY);
        Execution execution = new Execution(machine, null, block.memory().base(), ComputeKernel.MEMORY, 0);
        long memory = execution.setContext("the memory", ComputeKernel.memory(), true);
        if (one == Contestant.C) {
            NativeTwin twin = NativeTwin.compile(os, computation);
            closing.push(twin::close);
            return timed(() -> twin.run(memory));
        }
        Executable ready = engine(one)
                .prepare(Unproved.program(computation.program(), machine, Checking.NONE));
        return timed(() -> ready.run(execution, memory, 0));
    }

    private Engine engine(Contestant one) {
        return switch (one) {
            case JVM -> new JvmCompiler(System.err::println);
            case INTERPRETER -> new Interpreter();
            default -> {
                NativeEngine engine = new NativeEngine(os, HostProcessor.features());
                closing.push(engine::close);
                yield engine;
            }
        };
    }

    private Run inKernel() {
        TestRunner runner = new TestRunner(os);
        closing.push(runner::close);
        TestProgram program = new TestProgram(computation.program().instructions());
        byte[] memory = ComputeKernel.memory();
        return () -> switch (runner.measure(program, memory, KERNEL_RUNS)) {
            case Outcome.Finished finished -> finished.nanoseconds();
            case Outcome.Refused refused -> throw new IllegalStateException(
                    "the kernel refuses " + computation.name() + ": " + refused.reason());
        };
    }

    /** Runs until all is compiled that will be, and then in each sample as often as fills it. */
    private Run timed(LongSupplier run) {
        double best = Double.MAX_VALUE;
        long end = System.nanoTime() + WARM_UP_NANOSECONDS;
        while (System.nanoTime() < end) {
            best = Math.min(best, time(run, 1));
        }
        int times = (int) Math.clamp(SAMPLE_NANOSECONDS / best, 1, MOST_RUNS);
        return () -> {
            time(run, 1 + times / LEAD_IN);
            return time(run, times);
        };
    }

    private double time(LongSupplier run, int times) {
        long start = System.nanoTime();
        long sum = 0;
        for (int i = 0; i < times; i++) {
            sum += run.getAsLong();
        }
        long spent = System.nanoTime() - start;
        last = sum;
        return (double) spent / times;
    }

    /** Takes a sample of each. */
    void sample() {
        runs.forEach((one, run) -> samples.get(one).add(run.sample()));
    }

    /** Returns the time of a run in nanoseconds; 0 if there is none. */
    double low(Contestant one) {
        return samples.containsKey(one) ? samples.get(one).low() : 0;
    }

    @Override
    public void close() {
        closing.forEach(Runnable::run);
        closing.clear();
    }
}
