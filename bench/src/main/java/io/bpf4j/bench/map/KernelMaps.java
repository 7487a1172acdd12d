package io.bpf4j.bench.map;

import io.bpf4j.bench.engine.Samples;
import io.bpf4j.loader.event.RingBufferReader;
import io.bpf4j.loader.kernel.KernelMap;
import io.bpf4j.loader.kernel.MapFactory;
import io.bpf4j.loader.kernel.MapReferences;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.sys.ProgramCalls;
import io.bpf4j.loader.sys.ProgramParameters;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;

/** Measures an operation in the kernel: one map, and a program for each thread, run again and again at once. */
final class KernelMaps implements AutoCloseable {

    private static final byte[] PACKET = new byte[64];
    /** The kernel tells the mean of a few runs; a low percentile of many such means is taken. */
    private static final int REPEAT = 3;
    private static final int ROUNDS = 400;

    private final LinuxKernel kernel = LinuxKernel.instance();
    private final ProgramCalls calls = new ProgramCalls(kernel);
    private final MapOperation operation;
    private final KernelMap map;
    private final RingBufferReader reader;

    KernelMaps(MapOperation operation) {
        this.operation = operation;
        kernel.liftLockedMemoryLimit();
        map = operation.map().map(spec -> new MapFactory(kernel).create(spec)).orElse(null);
        boolean ring = map != null && map.spec().kind() == MapKind.RINGBUF;
        reader = ring ? new RingBufferReader(kernel, map.fd(), map.spec().maxEntries()) : null;
        for (int i = 0; operation.filled() && i < operation.keys(); i++) {
            map.update(operation.keyBytes(i), MapOperation.valueBytes(map.values()));
        }
    }

    /** Returns a run's time in nanoseconds, a low percentile of many, with a number of threads. */
    double measure(int threads) {
        List<Fd> programs = new ArrayList<>();
        try {
            for (int thread = 0; thread < threads; thread++) {
                programs.add(load(operation.program(thread)));
            }
            CyclicBarrier start = new CyclicBarrier(threads);
            List<CompletableFuture<double[]>> running = programs.stream()
                    .map(program -> CompletableFuture.supplyAsync(() -> rounds(program, start),
                            task -> new Thread(task).start()))
                    .toList();
            Samples samples = new Samples();
            running.forEach(one -> Arrays.stream(one.join()).forEach(samples::add));
            return samples.low();
        } finally {
            programs.forEach(Fd::close);
        }
    }

    private Fd load(Program program) {
        Instructions instructions = Instructions.of(
                MapReferences.resolve(program.instructions(), program.references(), name -> map.fd()));
        return calls
                .load(ProgramParameters.of(program.type(), program.name(), InsnCodec.encode(instructions)));
    }

    private double[] rounds(Fd program, CyclicBarrier start) {
        try {
            start.await();
        } catch (Exception e) {
            throw new IllegalStateException("a thread could not start", e);
        }
        double[] means = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            ProgramCalls.TestRun run = calls.testRunPacket(program, PACKET, REPEAT);
            if (run.returned() != operation.expected()) {
                throw new IllegalStateException(operation.name() + " returned " + run.returned());
            }
            means[round] = run.nanoseconds();
            drain();
        }
        return means;
    }

    private synchronized void drain() {
        if (reader != null) {
            reader.drain((bytes, offset, length) -> {});
        }
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
        }
        if (map != null) {
            map.close();
        }
    }
}
