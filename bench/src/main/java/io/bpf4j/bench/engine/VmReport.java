package io.bpf4j.bench.engine;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.TextTable;
import io.bpf4j.tools.common.UserError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
            "Times are of one run, less those of an empty program: the 5th percentile of many short",
            "samples, which are taken of all engines by turns."},
        footerHeading = "%nExamples:%n",
        footer = {"  bench vm", "  bench vm --kernels hash,crc --engines native,kernel",
            "  bench vm --format json"})
public final class VmReport implements Callable<Integer> {

    private static final String KERNEL = Contestant.KERNEL.label();
    private static final String C = Contestant.C.label();
    private static final String NATIVE = Contestant.NATIVE.label();
    private static final String JVM = Contestant.JVM.label();

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
    /** Nanoseconds for each instruction, by engine. */
    private final Map<String, Double> compileTimes = new LinkedHashMap<>();

    @Override
    public Integer call() throws RunnerException, IOException {
        List<String> chosen = chosen();
        List<String> order = new ArrayList<>(List.of(ComputeKernel.EMPTY.name()));
        order.addAll(chosen);
        order.forEach(name -> times.put(name, new LinkedHashMap<>()));
        String measured = engines.stream().filter(engine -> !engine.equals(C) || NativeTwin.isPossible())
                .collect(Collectors.joining(","));
        for (RunResult result : new Runner(options(order, measured)).run()) {
            Map<String, Double> row = times.get(result.getParams().getParam("kernel"));
            for (String engine : measured.split(",")) {
                String counter = Contestant.of(engine).orElseThrow().counter();
                row.put(engine, result.getSecondaryResults().get(counter).getScore());
            }
        }
        measureCompilers();
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
            if (Contestant.of(engine).isEmpty()) {
                throw new UserError(ExitCode.USAGE, "there is no engine " + engine,
                        "there are " + String.join(", ", Contestant.labels()));
            }
        }
        return kernels == null ? all : kernels;
    }

    private void measureCompilers() throws RunnerException {
        for (String engine : engines) {
            String method = Contestant.of(engine).orElseThrow().counter();
            if (engine.equals(NATIVE) || engine.equals(JVM)) {
                Options options = new OptionsBuilder()
                        .include(CompileBenchmark.class.getName() + "." + method)
                        .jvmArgs(jvmArguments()).verbosity(VerboseMode.SILENT).build();
                double all = new Runner(options).runSingle().getPrimaryResult().getStatistics()
                        .getPercentile(Samples.PERCENTILE);
                compileTimes.put(engine, all / CompileBenchmark.instructions());
            }
        }
    }

    private static Options options(List<String> names, String measured) {
        return new OptionsBuilder().include(EngineBenchmark.class.getName() + ".round")
                .param("kernel", names.toArray(String[]::new)).param("engines", measured)
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
        output.text(
                "times are the " + Samples.PERCENTILE + "th percentile of short samples, taken of all engines"
                        + " by turns")
                .line();
        compileTimes.forEach((engine, time) -> output.text("compiling takes " + engine + " "
                + Math.round(time) + " ns per instruction").line());
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
        lines.line(json -> {
            json.writeStringField("computation", "compile");
            for (var compiler : compileTimes.entrySet()) {
                json.writeNumberField(compiler.getKey() + "_ns_per_instruction", compiler.getValue());
            }
        });
    }

    private void writeTimes(JsonGenerator json, String name) throws IOException {
        for (String engine : times.get(name).keySet()) {
            json.writeNumberField(engine + "_ns", net(name, engine));
        }
    }
}
