package io.bpf4j.bench;

import io.bpf4j.bench.compare.CompareCommand;
import io.bpf4j.bench.compare.ListCommand;
import io.bpf4j.bench.engine.RuntimeReport;
import io.bpf4j.bench.engine.VmReport;
import io.bpf4j.bench.map.MapReport;
import io.bpf4j.bench.verify.VerifyReport;
import io.bpf4j.tools.common.CommandRunner;
import io.bpf4j.tools.common.VersionProvider;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: what running and observing programs costs. */
@Command(name = "bench", mixinStandardHelpOptions = true, versionProvider = VersionProvider.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {CompareCommand.class, ListCommand.class, VmReport.class, MapReport.class,
            RuntimeReport.class,
            VerifyReport.class},
        description = "Measures what running and observing programs costs.")
public final class Bench implements Runnable {

    @Spec
    private CommandSpec spec;

    /** Runs the command line. */
    public static void main(String[] arguments) {
        CommandRunner.main(new Bench(), arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
