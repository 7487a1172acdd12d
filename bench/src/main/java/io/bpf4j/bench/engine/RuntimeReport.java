package io.bpf4j.bench.engine;

import io.bpf4j.loader.inprocess.HostProcessor;
import io.bpf4j.loader.inprocess.NativeBlock;
import io.bpf4j.loader.inprocess.SelfContainedEngine;
import io.bpf4j.loader.inprocess.SelfContainedProgram;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.TextTable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.jit.x64.runtime.UserReads;
import io.bpf4j.vm.map.MapArena;
import io.bpf4j.vm.map.RingMap;
import io.bpf4j.vm.map.RingReader;
import io.bpf4j.vm.memory.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench runtime}: what programs in traced processes spend on helpers and maps. */
@Command(name = "runtime", mixinStandardHelpOptions = true,
        description = {
            "Measures helpers and maps as machine code, as programs in traced processes have them.",
            "Times are medians per run, less an empty program. Threads share the maps."},
        footerHeading = "%nExamples:%n", footer = {"  bench runtime", "  bench runtime --threads 1,2,4"})
public final class RuntimeReport implements Callable<Integer> {

    private static final int BATCHES = 301;
    private static final int BATCH = 2000;
    private static final int CONTEXT = 512;

    @Option(names = "--threads", split = ",", paramLabel = "N", defaultValue = "1,2",
            description = "numbers of threads (default: ${DEFAULT-VALUE})")
    private List<Integer> threads = List.of();

    @Mixin
    private CommonOptions common;

    /** Nanoseconds of one operation for each number of threads. */
    private record Row(String name, List<Double> nanoseconds) {}

    @Override
    public Integer call() throws IOException {
        List<Row> rows = new ArrayList<>();
        List<Double> empty = measure(RuntimeOperation.EMPTY);
        for (RuntimeOperation operation : RuntimeOperation.values()) {
            List<Double> times = operation == RuntimeOperation.EMPTY ? empty : measure(operation);
            rows.add(new Row(operation.title(), IntStream.range(0, times.size())
                    .mapToObj(i -> operation == RuntimeOperation.EMPTY
                            ? times.get(i)
                            : times.get(i) - empty.get(i))
                    .toList()));
        }
        try (Output output = common.open()) {
            if (common.json()) {
                writeJson(output, rows);
            } else {
                writeTable(output, rows);
            }
        }
        return ExitCode.OK.number();
    }

    private List<Double> measure(RuntimeOperation operation) {
        LinuxKernel kernel = LinuxKernel.instance();
        int most = threads.stream().mapToInt(Integer::intValue).max().orElse(1);
        int arenaBytes = (int) MapArena.bytes(RuntimeOperation.MAPS, most);
        try (NativeBlock block = new NativeBlock(kernel, arenaBytes + most * Execution.bytes(CONTEXT));
                var engine = new SelfContainedEngine(kernel, HostProcessor.features(), UserReads.FAULT_TABLE,
                        Optional.empty())) {
            Memory memory = block.memory();
            MapArena arena = MapArena.create(memory, memory.base(), RuntimeOperation.MAPS, most);
            Machine machine = new Machine(memory, arena.table(), StandardHelpers.table());
            SelfContainedProgram program = engine
                    .prepare(Unproved.programs(List.of(operation.program()), machine)).getFirst();
            List<Execution> executions = IntStream.range(0, most)
                    .mapToObj(thread -> new Execution(machine, null,
                            memory.base() + arenaBytes + (long) thread * Execution.bytes(CONTEXT), CONTEXT,
                            thread))
                    .toList();
            RingReader reader = new RingReader((RingMap) arena.map(RuntimeOperation.RING).orElseThrow());
            return threads.stream().map(count -> median(program, executions.subList(0, count), reader))
                    .toList();
        }
    }

    /** Returns the median of what a run takes a thread. */
    private static double median(SelfContainedProgram program, List<Execution> executions,
            RingReader reader) {
        double[] times = new double[BATCHES];
        for (int i = 0; i < BATCHES; i++) {
            times[i] = executions.stream()
                    .map(execution -> CompletableFuture.supplyAsync(() -> time(program, execution)))
                    .toList().stream().mapToLong(CompletableFuture::join).average().orElseThrow() / BATCH;
            reader.drain((buffer, offset, length) -> {});
        }
        Arrays.sort(times);
        return times[BATCHES / 2];
    }

    private static long time(SelfContainedProgram program, Execution execution) {
        long context = execution.setContext("the context", new byte[CONTEXT], true);
        long start = System.nanoTime();
        program.repeat(execution, context, 0, BATCH);
        return System.nanoTime() - start;
    }

    private void writeTable(Output output, List<Row> rows) {
        TextTable table = new TextTable();
        table.column("OPERATION", false);
        threads.forEach(count -> table.column(count + (count == 1 ? " THREAD NS" : " THREADS NS"), true));
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(row.name));
            row.nanoseconds.forEach(time -> cells.add(String.format(Locale.ROOT, "%.1f", time)));
            table.row(cells);
        }
        table.print(output);
    }

    private void writeJson(Output output, List<Row> rows) {
        JsonLines lines = new JsonLines(output);
        for (Row row : rows) {
            lines.line(json -> {
                json.writeStringField("operation", row.name);
                for (int i = 0; i < threads.size(); i++) {
                    json.writeNumberField("threads_" + threads.get(i) + "_ns", row.nanoseconds.get(i));
                }
            });
        }
    }
}
