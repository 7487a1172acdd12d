package io.bpf4j.bench.engine;

import io.bpf4j.loader.inprocess.HostProcessor;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.HelperTable;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import io.bpf4j.vm.jit.x64.X64Compiler;
import io.bpf4j.vm.map.MapTable;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.program.Program;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Compiles all compute kernels: to machine code, or to a loaded class of the JVM, which HotSpot compiles again when it
 * has run for a while. The methods have the names of the engines' counters.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 1, time = 2)
@Fork(1)
public class CompileBenchmark {

    private static final long BASE = 0x1_1000_0000L;

    private final Machine machine = new Machine(Memory.allocate(Execution.bytes(ComputeKernel.MEMORY), BASE),
            new MapTable(List.of()), HelperTable.EMPTY);
    private final List<Program> programs = ComputeKernel.ALL.stream().map(ComputeKernel::program).toList();
    private final X64Compiler machineCode = new X64Compiler(HostProcessor.features());
    private final JvmCompiler classes = new JvmCompiler(System.err::println);

    /** Returns the number of instructions that one call compiles. */
    static int instructions() {
        return ComputeKernel.ALL.stream().mapToInt(one -> one.program().instructions().size()).sum();
    }

    /** Makes machine code. */
    @Benchmark
    public void x64(Blackhole made) {
        for (Program program : programs) {
            made.consume(machineCode.compile(Unproved.program(program, machine, Checking.NONE)));
        }
    }

    /** Makes classes. */
    @Benchmark
    public void jvm(Blackhole made) {
        for (Program program : programs) {
            made.consume(classes.prepare(Unproved.program(program, machine, Checking.NONE)));
        }
    }
}
