package io.bpf4j.bench.engine;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.testrun.Outcome;
import io.bpf4j.loader.testrun.TestProgram;
import io.bpf4j.loader.testrun.TestRunner;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.TextTable;
import io.bpf4j.tools.common.UserError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench vm}: every compute kernel in every engine, as a multiple of scalar native code or of the kernel. */
@Command(name = "vm", mixinStandardHelpOptions = true,
        description = {"Measures the engines on small computations, beside the kernel and compiled C.",
            "Times are medians of single runs, less those of an empty program."},
        footerHeading = "%nExamples:%n",
        footer = {"  bench vm", "  bench vm --kernels hash,crc --engines native,kernel",
            "  bench vm --format json"})
public final class VmReport implements Callable<Integer> {

    private static final String KERNEL = "kernel";
    private static final String C = "c";
    private static final List<String> ENGINES = List.of(C, KERNEL, "native", "jvm", "interpreter");
    /** The kernel tells a mean in whole nanoseconds; the median of many such means is taken. */
    private static final int KERNEL_ROUNDS = 200;
    private static final int KERNEL_REPEAT = 200;

    @Option(names = "--kernels", split = ",", paramLabel = "NAME", description = "these computations only")
    private List<String> kernels;

    @Option(names = "--engines", split = ",", paramLabel = "NAME",
            defaultValue = "c,kernel,native,jvm,interpreter",
            description = "these engines only (default: ${DEFAULT-VALUE})")
    private List<String> engines = List.of();

    @Mixin
    private CommonOptions common;

    /** Nanoseconds by computation, then by engine. */
    private final Map<String, Map<String, Double>> times = new LinkedHashMap<>();

    @Override
    public Integer call() throws RunnerException, IOException {
        List<String> chosen = chosen();
        List<String> order = new ArrayList<>(List.of(ComputeKernel.EMPTY.name()));
        order.addAll(chosen);
        order.forEach(name -> times.put(name, new LinkedHashMap<>()));
        List<String> measured = engines.stream()
                .filter(engine -> !engine.equals(KERNEL) && (!engine.equals(C) || NativeTwin.isPossible()))
                .toList();
        for (RunResult result : new Runner(options(order, measured)).run()) {
            times.get(result.getParams().getParam("kernel")).put(result.getParams().getParam("engine"),
                    result.getPrimaryResult().getStatistics().getPercentile(50));
        }
        if (engines.contains(KERNEL)) {
            order.forEach(name -> times.get(name).put(KERNEL, inKernel(new ComputeKernel(name))));
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

    private List<String> chosen() {
        List<String> all = ComputeKernel.ALL.stream().map(ComputeKernel::name).toList();
        for (String name : kernels == null ? all : kernels) {
            if (!all.contains(name)) {
                throw new UserError(ExitCode.USAGE, "there is no computation " + name,
                        "there are " + String.join(", ", all));
            }
        }
        for (String engine : engines) {
            if (!ENGINES.contains(engine)) {
                throw new UserError(ExitCode.USAGE, "there is no engine " + engine,
                        "there are " + String.join(", ", ENGINES));
            }
        }
        return kernels == null ? all : kernels;
    }

    private static Options options(List<String> names, List<String> measured) {
        return new OptionsBuilder().include(EngineBenchmark.class.getName() + ".run")
                .param("kernel", names.toArray(String[]::new))
                .param("engine", measured.toArray(String[]::new))
                .jvmArgs(jvmArguments()).verbosity(VerboseMode.SILENT).build();
    }

    /** Returns options of Java: the garbage collector that disturbs least, and silence about what libraries do. */
    public static String[] jvmArguments() {
        List<String> arguments = new ArrayList<>(List.of("-XX:+UseSerialGC", "-Xlog:disable"));
        if (Runtime.version().feature() >= 23) {
            arguments.add("--sun-misc-unsafe-memory-access=allow");
        }
        return arguments.toArray(String[]::new);
    }

    private static double inKernel(ComputeKernel computation) {
        try (TestRunner runner = new TestRunner(LinuxKernel.instance())) {
            TestProgram program = new TestProgram(computation.program().instructions());
            double[] means = new double[KERNEL_ROUNDS];
            for (int round = 0; round < KERNEL_ROUNDS; round++) {
                means[round] = switch (runner.measure(program, ComputeKernel.memory(), KERNEL_REPEAT)) {
                    case Outcome.Finished finished -> finished.nanoseconds();
                    case Outcome.Refused refused -> throw new UserError(ExitCode.FAILED,
                            "the kernel refuses " + computation.name() + ": " + refused.reason());
                };
            }
            Arrays.sort(means);
            return means[KERNEL_ROUNDS / 2];
        }
    }

    private double net(String kernel, String engine) {
        return Math.max(1, times.get(kernel).get(engine) - times.get(ComputeKernel.EMPTY.name()).get(engine));
    }

    private boolean has(String engine) {
        return times.get(ComputeKernel.EMPTY.name()).containsKey(engine);
    }

    private double geometricMean(List<String> names, String engine, String reference) {
        double sum = 0;
        for (String name : names) {
            sum += Math.log(net(name, engine) / net(name, reference));
        }
        return Math.exp(sum / names.size());
    }

    private void writeTable(Output output, List<String> names) {
        List<String> shown = engines.stream().filter(this::has).toList();
        List<String> references = List.of(C, KERNEL).stream().filter(this::has).toList();
        TextTable table = new TextTable();
        table.column("COMPUTATION", false);
        shown.forEach(engine -> table.column(engine.toUpperCase(Locale.ROOT) + " NS", true));
        for (String reference : references) {
            shown.forEach(engine -> table.column(engine + "/" + reference, true));
        }
        for (String name : names) {
            List<String> cells = new ArrayList<>(List.of(name));
            shown.forEach(engine -> cells.add(String.format(Locale.ROOT, "%.0f", net(name, engine))));
            for (String reference : references) {
                shown.forEach(engine -> cells.add(ratio(net(name, engine) / net(name, reference))));
            }
            table.row(cells);
        }
        List<String> means = new ArrayList<>(List.of("geometric mean"));
        shown.forEach(engine -> means.add(""));
        for (String reference : references) {
            shown.forEach(engine -> means.add(ratio(geometricMean(names, engine, reference))));
        }
        table.row(means);
        table.print(output);
        if (!has(C) && engines.contains(C)) {
            output.text("no clang found, so nothing is compared with compiled C: apt-get install clang")
                    .line();
        }
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
    }

    private void writeJson(Output output, List<String> names) {
        JsonLines lines = new JsonLines(output);
        for (String name : names) {
            lines.line(json -> {
                json.writeStringField("computation", name);
                writeTimes(json, name);
            });
        }
    }

    private void writeTimes(JsonGenerator json, String name) throws IOException {
        for (String engine : times.get(name).keySet()) {
            json.writeNumberField(engine + "_ns", net(name, engine));
        }
    }
}
