package io.bpf4j.tools;

import io.bpf4j.tools.common.Output;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints a completion script, which bash and zsh both read. */
@Command(name = "completion", mixinStandardHelpOptions = true,
        description = "Prints a completion script for bash and zsh: source <(bpf4j completion)")
final class Completion implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        CommandSpec root = spec.root();
        try (Output output = Output.standard()) {
            output.text(AutoComplete.bash(root.name(), root.commandLine()));
        }
    }
}
