package io.bpf4j.bench.map;

import io.bpf4j.loader.inprocess.HostProcessor;
import io.bpf4j.loader.inprocess.NativeBlock;
import io.bpf4j.loader.inprocess.NativeEngine;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import io.bpf4j.vm.map.ArenaMap;
import io.bpf4j.vm.map.MapArena;
import io.bpf4j.vm.map.RingMap;
import io.bpf4j.vm.map.RingReader;
import io.bpf4j.vm.program.MapSpec;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;

/** {@value MapOperation#COUNT} operations on a map that all threads share, by a program in an engine. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED"})
public class MapBenchmark {

    private static final int CONTEXT_BYTES = 64;

    /** The map and what runs programs on it. */
    @State(Scope.Benchmark)
    public static class Shared {
        /** What is done. */
        @Param({"idle-4", "idle-8", "idle-16", "lookup-4", "lookup-8", "lookup-16", "update-4", "update-8",
            "update-16", "insert-delete-4", "insert-delete-8", "insert-delete-16", "percpu-hash-add-8",
            "array-add", "percpu-array-add", "lru-lookup-8", "lru-update-8", "ring-output-64"})
        private String operation;

        /** Who does it. */
        @Param({"jvm", "interpreter", "native"})
        private String engine;

        private MapOperation chosen;
        private Engine runner;
        private NativeEngine nativeEngine;
        private NativeBlock block;
        private Machine machine;
        private long executions;
        private RingReader reader;

        /** Makes the map. */
        @Setup
        public void open() {
            chosen = MapOperation.byName(operation).orElseThrow();
            Kernel os = LinuxKernel.instance();
            List<MapSpec> specs = chosen.map().stream().toList();
            int arenaBytes = (int) MapArena.bytes(specs, MapOperation.MOST_THREADS);
            block = new NativeBlock(os,
                    arenaBytes + MapOperation.MOST_THREADS * Execution.bytes(CONTEXT_BYTES));
            MapArena arena = MapArena.create(block.memory(), block.memory().base(), specs,
                    MapOperation.MOST_THREADS);
            executions = block.memory().base() + arenaBytes;
            machine = new Machine(block.memory(), arena.table(), StandardHelpers.table());
            arena.maps().forEach(this::fill);
            runner = switch (engine) {
                case "native" -> nativeEngine = new NativeEngine(os, HostProcessor.features());
                case "jvm" -> new JvmCompiler(System.err::println);
                default -> new Interpreter();
            };
        }

        private void fill(ArenaMap map) {
            for (int i = 0; chosen.filled() && i < chosen.keys(); i++) {
                map.put(chosen.keyBytes(i), MapOperation.valueBytes(map.shards()), 0);
            }
            if (map instanceof RingMap ring) {
                reader = new RingReader(ring);
            }
        }

        private synchronized void drain() {
            reader.drain((bytes, offset, length) -> {});
        }

        /** Frees it. */
        @TearDown
        public void close() {
            if (nativeEngine != null) {
                nativeEngine.close();
            }
            block.close();
        }
    }

    /** A thread's program. */
    @State(Scope.Thread)
    public static class Own {
        private Executable program;
        private Execution execution;

        /** Prepares it. */
        @Setup
        public void open(Shared shared, ThreadParams threads) {
            int thread = threads.getThreadIndex();
            long place = shared.executions + (long) thread * Execution.bytes(CONTEXT_BYTES);
            execution = new Execution(shared.machine, null, place, CONTEXT_BYTES, thread);
            program = shared.runner.prepare(shared.chosen.verified(thread), shared.machine);
            if (program.run(execution, 0, 0) != shared.chosen.expected()) {
                throw new IllegalStateException(shared.operation + " does not do what it should");
            }
        }

        /** Makes room in a ring. */
        @Setup(Level.Invocation)
        public void drain(Shared shared) {
            if (shared.reader != null) {
                shared.drain();
            }
        }
    }

    /** Runs it. */
    @Benchmark
    public long run(Own own) {
        return own.program.run(own.execution, 0, 0);
    }
}
