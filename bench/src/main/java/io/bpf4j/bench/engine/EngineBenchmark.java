package io.bpf4j.bench.engine;

import io.bpf4j.loader.inprocess.HostProcessor;
import io.bpf4j.loader.inprocess.NativeBlock;
import io.bpf4j.loader.inprocess.NativeEngine;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.LinuxKernel;
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
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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

/** One run of a compute kernel in an engine; {@code c} is the same computation compiled by clang. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = {"-XX:-DontCompileHugeMethods", "--enable-native-access=ALL-UNNAMED"})
public class EngineBenchmark {

    /** What is computed. */
    @Param({"empty", "hash", "crc", "sieve", "copy", "search", "packet", "histogram", "sort", "matrix",
        "base64",
        "divide"})
    private String kernel;

    /** Who computes. */
    @Param({"c", "native", "jvm", "interpreter"})
    private String engine;

    private NativeBlock block;
    private NativeEngine nativeEngine;
    private NativeTwin twin;
    private LongSupplier run;

    /** Makes everything ready. */
    @Setup
    public void open() throws IOException, InterruptedException {
        Kernel os = LinuxKernel.instance();
        block = new NativeBlock(os, Execution.bytes(ComputeKernel.MEMORY));
        Machine machine = new Machine(block.memory(), new MapTable(java.util.List.of()), HelperTable.EMPTY);
        Execution execution = new Execution(machine, null, block.memory().base(), ComputeKernel.MEMORY, 0);
        long memory = execution.setContext("the memory", ComputeKernel.memory(), true);
        ComputeKernel computation = new ComputeKernel(kernel);
        if (engine.equals("c")) {
            twin = NativeTwin.compile(os, computation);
            run = () -> twin.run(memory);
        } else {
            Executable ready = engine(os)
                    .prepare(Unproved.program(computation.program(), machine, Checking.NONE));
            run = () -> ready.run(execution, memory, 0);
        }
    }

    private Engine engine(Kernel os) {
        return switch (engine) {
            case "native" -> nativeEngine = new NativeEngine(os, HostProcessor.features());
            case "jvm" -> new JvmCompiler(System.err::println);
            default -> new Interpreter();
        };
    }

    /** Frees it. */
    @TearDown
    public void close() {
        if (nativeEngine != null) {
            nativeEngine.close();
        }
        if (twin != null) {
            twin.close();
        }
        block.close();
    }

    /** Runs it. */
    @Benchmark
    public long run() {
        return run.getAsLong();
    }
}
