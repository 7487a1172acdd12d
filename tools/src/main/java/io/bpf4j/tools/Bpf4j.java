package io.bpf4j.tools;

import io.bpf4j.tools.command.ProbesCommand;
import io.bpf4j.tools.command.FeaturesCommand;
import io.bpf4j.tools.command.DisassembleCommand;
import io.bpf4j.tools.command.CompileCommand;
import io.bpf4j.tools.command.DemoCommand;
import io.bpf4j.tools.command.RunCommand;
import io.bpf4j.tools.common.CommandRunner;
import io.bpf4j.tools.common.VersionProvider;
import io.bpf4j.tools.verify.VerifyCommand;
import io.bpf4j.tools.vm.VmCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The umbrella command: each thing that it does is a subcommand in a class of its own. */
@Command(name = "bpf4j", mixinStandardHelpOptions = true, versionProvider = VersionProvider.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {RunCommand.class, CompileCommand.class, DisassembleCommand.class, ProbesCommand.class,
            FeaturesCommand.class, VerifyCommand.class, VmCommand.class, DemoCommand.class, Completion.class},
        description = "Traces what programs say and do, from one small probe language.")
public final class Bpf4j implements Runnable {

    @Spec
    private CommandSpec spec;

    /** Runs the command line. */
    public static void main(String[] arguments) {
        CommandRunner.main(new Bpf4j(), arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
