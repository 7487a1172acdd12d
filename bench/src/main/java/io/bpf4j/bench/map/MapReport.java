package io.bpf4j.bench.map;

import io.bpf4j.bench.engine.Samples;
import io.bpf4j.bench.engine.VmReport;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.TextTable;
import io.bpf4j.tools.common.UserError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench maps}: operations on maps in user space beside the kernel's, with several threads. */
@Command(name = "maps", mixinStandardHelpOptions = true,
        description = {"Measures operations on maps, beside the same program in the kernel.",
            "Times are per operation, less the same loop without it: the 5th percentile of many short",
            "samples. Threads share the map."},
        footerHeading = "%nExamples:%n",
        footer = {"  bench maps", "  bench maps --operations lookup-8,update-8 --threads 1,2",
            "  bench maps --threads 1 --allocation",
            "  bench maps --engines jvm,native,kernel --format json"})
public final class MapReport implements Callable<Integer> {

    private static final String KERNEL = "kernel";
    private static final List<String> ENGINES = List.of("jvm", "interpreter", "native", KERNEL);
    private static final String ALLOCATION = "gc.alloc.rate.norm";

    @Option(names = "--operations", split = ",", paramLabel = "NAME", description = "these operations only")
    private List<String> operations;

    @Option(names = "--engines", split = ",", paramLabel = "NAME", defaultValue = "jvm,kernel",
            description = "these engines only (default: ${DEFAULT-VALUE}; also interpreter, native)")
    private List<String> engines = List.of();

    @Option(names = "--threads", split = ",", paramLabel = "N", defaultValue = "1,2,4",
            description = "numbers of threads, 1 to " + MapOperation.MOST_THREADS
                    + " (default: ${DEFAULT-VALUE})")
    private List<Integer> threads = List.of();

    @Option(names = "--allocation", description = "tell also how many bytes Java allocates per operation")
    private boolean allocation;

    @Mixin
    private CommonOptions common;

    /** What was measured. */
    private record Key(String operation, String engine, int threads) {}

    /** Nanoseconds of one run. */
    private final Map<Key, Double> times = new HashMap<>();
    /** Bytes that one run of one thread allocates, by operation and engine. */
    private final Map<Key, Double> allocated = new HashMap<>();

    @Override
    public Integer call() throws RunnerException, IOException {
        List<MapOperation> chosen = chosen();
        List<MapOperation> measured = Stream.concat(chosen.stream().map(MapOperation::idle), chosen.stream())
                .toList();
        String[] names = measured.stream().map(MapOperation::name).distinct().toArray(String[]::new);
        String[] here = engines.stream().filter(engine -> !engine.equals(KERNEL)).toArray(String[]::new);
        for (int count : threads) {
            if (here.length > 0) {
                measure(options(names, here, count).build());
            }
            if (engines.contains(KERNEL)) {
                measured.forEach(operation -> times.computeIfAbsent(new Key(operation.name(), KERNEL, count),
                        key -> inKernel(operation, count)));
            }
        }
        if (allocation && here.length > 0) {
            measureAllocation(names, here);
        }
        try (Output output = common.open()) {
            if (common.json()) {
                writeJson(output, chosen);
            } else {
                writeTable(output, chosen);
            }
        }
        return ExitCode.OK.number();
    }

    private void measure(Options options) throws RunnerException {
        for (RunResult result : new Runner(options).run()) {
            times.put(key(result), result.getPrimaryResult().getStatistics()
                    .getPercentile(Samples.PERCENTILE));
        }
    }

    /** Measures with another mode, since samples of time allocate memory themselves. */
    private void measureAllocation(String[] names, String[] here) throws RunnerException {
        Options options = options(names, here, 1).addProfiler(GCProfiler.class).mode(Mode.AverageTime)
                .warmupTime(TimeValue.milliseconds(300)).measurementIterations(1).build();
        for (RunResult result : new Runner(options).run()) {
            allocated.put(key(result), result.getSecondaryResults().get(ALLOCATION).getScore());
        }
    }

    private static Key key(RunResult result) {
        return new Key(result.getParams().getParam("operation"), result.getParams().getParam("engine"),
                result.getParams().getThreads());
    }

    private static double inKernel(MapOperation operation, int threads) {
        try (KernelMaps maps = new KernelMaps(operation)) {
            return maps.measure(threads);
        }
    }

    private List<MapOperation> chosen() {
        List<String> all = MapOperation.ALL.stream().map(MapOperation::name).toList();
        for (String engine : engines) {
            require(ENGINES.contains(engine), "there is no engine " + engine, ENGINES);
        }
        for (int count : threads) {
            require(count >= 1 && count <= MapOperation.MOST_THREADS, count + " threads cannot be measured",
                    List.of("1 to " + MapOperation.MOST_THREADS));
        }
        for (String name : operations == null ? all : operations) {
            require(all.contains(name), "there is no operation " + name, all);
        }
        return MapOperation.ALL.stream()
                .filter(operation -> operations == null || operations.contains(operation.name())).toList();
    }

    private static void require(boolean condition, String problem, List<String> choices) {
        if (!condition) {
            throw new UserError(ExitCode.USAGE, problem, "there are " + String.join(", ", choices));
        }
    }

    private static ChainedOptionsBuilder options(String[] names, String[] engines, int threads) {
        return new OptionsBuilder().include(MapBenchmark.class.getName() + ".run").param("operation", names)
                .param("engine", engines).threads(threads).jvmArgs(VmReport.jvmArguments())
                .verbosity(VerboseMode.SILENT);
    }

    private double nanoseconds(MapOperation operation, String engine, int count) {
        double idle = times.get(new Key(operation.idle().name(), engine, count));
        return Math.max(0, times.get(new Key(operation.name(), engine, count)) - idle) / MapOperation.COUNT;
    }

    private boolean hasAllocation(String engine) {
        return allocation && !engine.equals(KERNEL);
    }

    private double bytes(MapOperation operation, String engine) {
        return allocated.get(new Key(operation.name(), engine, 1)) / MapOperation.COUNT;
    }

    private void writeTable(Output output, List<MapOperation> chosen) {
        TextTable table = new TextTable();
        table.column("OPERATION", false);
        table.column("THREADS", true);
        for (String engine : engines) {
            table.column(engine.toUpperCase(Locale.ROOT) + " NS", true);
            if (hasAllocation(engine)) {
                table.column("B/OP", true);
            }
        }
        List<String> compared = engines.contains(KERNEL)
                ? engines.stream().filter(engine -> !engine.equals(KERNEL)).toList()
                : List.of();
        compared.forEach(engine -> table.column(engine + "/" + KERNEL, true));
        for (MapOperation operation : chosen) {
            for (int count : threads) {
                table.row(cells(operation, count, compared));
            }
        }
        table.print(output);
        output.text("times are the " + Samples.PERCENTILE + "th percentile of short samples").line();
    }

    private List<String> cells(MapOperation operation, int count, List<String> compared) {
        List<String> cells = new ArrayList<>(List.of(operation.name(), "" + count));
        for (String engine : engines) {
            cells.add(String.format(Locale.ROOT, "%.1f", nanoseconds(operation, engine, count)));
            if (hasAllocation(engine)) {
                cells.add(String.format(Locale.ROOT, "%.2f", bytes(operation, engine)));
            }
        }
        for (String engine : compared) {
            cells.add(String.format(Locale.ROOT, "%.2f",
                    nanoseconds(operation, engine, count) / nanoseconds(operation, KERNEL, count)));
        }
        return cells;
    }

    private void writeJson(Output output, List<MapOperation> chosen) {
        JsonLines lines = new JsonLines(output);
        for (MapOperation operation : chosen) {
            for (int count : threads) {
                lines.line(json -> {
                    json.writeStringField("operation", operation.name());
                    json.writeNumberField("threads", count);
                    for (String engine : engines) {
                        json.writeNumberField(engine + "_ns", nanoseconds(operation, engine, count));
                        if (hasAllocation(engine)) {
                            json.writeNumberField(engine + "_bytes", bytes(operation, engine));
                        }
                    }
                });
            }
        }
    }
}
