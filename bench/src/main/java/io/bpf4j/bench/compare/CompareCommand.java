package io.bpf4j.bench.compare;

import io.bpf4j.bench.compare.micro.MicroExperiment;
import io.bpf4j.bench.compare.nginx.NginxExperiment;
import io.bpf4j.bench.compare.result.Comparison;
import io.bpf4j.bench.compare.result.Progress;
import io.bpf4j.bench.compare.result.Surroundings;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.Interrupts;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.tools.session.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench compare}: what observing costs in the kernel, and in the traced process. */
@Command(name = "compare", mixinStandardHelpOptions = true,
        description = {"Measures what probes cost the program that they are on: in the kernel, and in the",
            "program itself. Ctrl-C shows what was measured so far."},
        footerHeading = "%nExamples:%n",
        footer = {"  bench compare", "  bench compare --mode user --rounds 30",
            "  bench compare --experiment ssl-nginx --report report.html",
            "  bench compare --experiment all --format json --output results.json"})
public final class CompareCommand implements Callable<Integer> {

    @Option(names = "--mode", split = ",", paramLabel = "MODE", defaultValue = "kernel,user",
            description = "where probes run (default: ${DEFAULT-VALUE})")
    private List<ExecutionMode> modes = List.of();

    @Option(names = "--experiment", paramLabel = "NAME", defaultValue = "micro",
            converter = ExperimentName.Converter.class,
            completionCandidates = ExperimentName.Candidates.class,
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); bench list describes them")
    private List<ExperimentName> experiments = List.of();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "15",
            description = "how often each number is measured, 3 to 1000 (default: ${DEFAULT-VALUE})")
    private int rounds = 15;

    @Option(names = "--full", description = "ssl-nginx: all sizes of the published table")
    private boolean full;

    @Option(names = "--report", paramLabel = "FILE", description = "write a page with plots, too")
    private Path report;

    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    /** Why an experiment could not be done, while others were. */
    private UserError missing;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds < 3 || rounds > 1000) {
            throw new UserError(ExitCode.USAGE, "--rounds " + rounds + " is not from 3 to 1000");
        }
        if (modes.contains(ExecutionMode.AUTO)) {
            throw new UserError(ExitCode.USAGE, "--mode auto compares nothing",
                    "name kernel, user, or both: --mode kernel,user");
        }
        Interrupts interrupts = Interrupts.install();
        Map<String, String> surroundings = Surroundings.read();
        List<Comparison> comparisons = measure(interrupts);
        try (Output output = common.open()) {
            if (common.json()) {
                JsonReport.print(surroundings, comparisons, output);
            } else {
                TextReport.print(surroundings, comparisons, output);
            }
        }
        if (report != null) {
            try (Output output = Output.file(report)) {
                output.text(new HtmlReport(surroundings, comparisons).page());
            }
        }
        return missing == null ? ExitCode.OK.number() : missing.exitCode().number();
    }

    private List<Comparison> measure(Interrupts interrupts) throws IOException, InterruptedException {
        List<Comparison> comparisons = new ArrayList<>();
        try (Machine machine = new Machine()) {
            for (ExperimentName experiment : experiments) {
                try {
                    comparisons.addAll(measure(experiment, machine, interrupts));
                } catch (UserError e) {
                    if (experiments.size() == 1) {
                        throw e;
                    }
                    missing = e;
                    PrintWriter errors = spec.commandLine().getErr();
                    errors.println("bench: " + experiment.label() + ": " + e.getMessage());
                    errors.println("hint: " + e.hint());
                    errors.flush();
                }
            }
        }
        return comparisons;
    }

    private List<Comparison> measure(ExperimentName experiment, Machine machine, Interrupts interrupts)
            throws IOException, InterruptedException {
        return switch (experiment) {
            case MICRO ->
                List.of(new MicroExperiment(machine, modes, rounds, new Progress(), interrupts).run());
            case SSL_NGINX ->
                new NginxExperiment(machine, modes, full, rounds, new Progress(), interrupts).run();
        };
    }
}
