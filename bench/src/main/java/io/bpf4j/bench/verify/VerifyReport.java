package io.bpf4j.bench.verify;

import com.sun.management.ThreadMXBean;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.TextTable;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.ProbeFile;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.object.foreign.ForeignObjectReader;
import io.bpf4j.vm.object.foreign.ForeignUnit;
import io.bpf4j.vm.object.foreign.Surroundings;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.verify.KernelTypes;
import io.bpf4j.vm.verify.Rejection;
import io.bpf4j.vm.verify.Verdict;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bench verify}: how long the proofs of programs take, beside the kernel's verifier. */
@Command(name = "verify", mixinStandardHelpOptions = true,
        description = {
            "Measures the verifier on programs that it and the kernel accept, warm, beside the kernel.",
            "Times are medians; the kernel's are those of its log. A program of 4,000 instructions comes first."},
        footerHeading = "%nExamples:%n",
        footer = {"  bench verify", "  bench verify loader/target/corpus/*.v3.*.o",
            "  bench verify probe.bpf.o --rounds 200 --format json"})
public final class VerifyReport implements Callable<Integer> {

    private static final double KILO = 1000;

    @Parameters(arity = "0..*", paramLabel = "FILE", description = "objects that clang made")
    private List<Path> files = List.of();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "40",
            description = "how often each program is verified (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Mixin
    private CommonOptions common;

    private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What was measured of a program; times in microseconds, memory in bytes. */
    private record Measured(String name, int instructions, double ours, double kernels, long allocated,
            Verdict.Statistics effort) {
        double ratio() {
            return ours / Math.max(kernels, 1);
        }
    }

    @Override
    public Integer call() {
        if (rounds < 1) {
            throw new UserError(ExitCode.USAGE, rounds + " rounds measure nothing", "--rounds 40");
        }
        List<Measured> measured = new ArrayList<>(measure(LongProgram.unit(), Optional.empty()));
        if (!files.isEmpty()) {
            Surroundings surroundings = ProbeFile.surroundings(Optional.empty());
            for (Path file : files) {
                try {
                    measured.addAll(measure(ForeignObjectReader.read(ProbeFile.nameOf(file),
                            ProbeFile.bytes(file), surroundings), Optional.of(surroundings)));
                } catch (ObjectException e) {
                    throw new UserError(ExitCode.USAGE, file + ": " + e.getMessage());
                }
            }
        }
        try (Output output = common.open()) {
            if (common.json()) {
                writeJson(output, measured);
            } else {
                writeTable(output, measured);
            }
        }
        return ExitCode.OK.number();
    }

    private List<Measured> measure(ForeignUnit read, Optional<Surroundings> surroundings) {
        List<Measured> measured = new ArrayList<>();
        try (KernelVerifier kernel = new KernelVerifier(read)) {
            for (Program program : read.unit().programs()) {
                VerifierInput input = VerifierInput
                        .of(program, read.unit(), read.traits().get(program.name()))
                        .withTypes(surroundings.flatMap(Surroundings::types)
                                .flatMap(types -> KernelTypes.of(types, program)));
                Verdict verdict = Verifier.verify(program, input);
                var kernels = kernel.microseconds(program, rounds);
                if (verdict instanceof Rejection || kernels.isEmpty()) {
                    continue;
                }
                measured.add(measure(read.unit().name() + "/" + program.name(), program, input,
                        kernels.getAsDouble()));
            }
        }
        return measured;
    }

    private Measured measure(String name, Program program, VerifierInput input, double kernels) {
        List<Double> times = new ArrayList<>();
        long allocated = 0;
        Verdict verdict = null;
        // The first half warms up.
        for (int round = 0; round < 2 * rounds; round++) {
            long before = memory.getCurrentThreadAllocatedBytes();
            verdict = Verifier.verify(program, input);
            if (round >= rounds) {
                times.add(verdict.statistics().nanoseconds() / KILO);
                allocated = memory.getCurrentThreadAllocatedBytes() - before;
            }
        }
        times.sort(null);
        return new Measured(name, program.instructions().size(), times.get(times.size() / 2), kernels,
                allocated,
                verdict.statistics());
    }

    private static void writeTable(Output output, List<Measured> measured) {
        TextTable table = new TextTable();
        table.column("PROGRAM", false);
        for (String column : List.of("INSNS", "WALKED", "PEAK STATES", "ALLOCATED KB", "US", "KERNEL US",
                "RATIO")) {
            table.column(column, true);
        }
        for (Measured one : measured) {
            table.row(List.of(one.name(), "" + one.instructions(), "" + one.effort().instructions(),
                    "" + one.effort().peakStates(), format(one.allocated() / KILO), format(one.ours()),
                    format(one.kernels()), format(one.ratio())));
        }
        table.row(List.of("median of " + measured.size(), "", "", "", "",
                format(median(measured.stream().map(Measured::ours).toList())),
                format(median(measured.stream().map(Measured::kernels).toList())),
                format(median(measured.stream().map(Measured::ratio).toList()))));
        table.print(output);
    }

    private static String format(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }

    private static double median(List<Double> numbers) {
        return numbers.stream().sorted().skip(numbers.size() / 2).findFirst().orElse(Double.NaN);
    }

    private static void writeJson(Output output, List<Measured> measured) {
        JsonLines lines = new JsonLines(output);
        for (Measured one : measured) {
            lines.line(json -> {
                json.writeStringField("program", one.name());
                json.writeNumberField("instructions", one.instructions());
                json.writeNumberField("walked", one.effort().instructions());
                json.writeNumberField("peak_states", one.effort().peakStates());
                json.writeNumberField("allocated_bytes", one.allocated());
                json.writeNumberField("us", one.ours());
                json.writeNumberField("kernel_us", one.kernels());
                json.writeNumberField("ratio", one.ratio());
            });
        }
    }
}
