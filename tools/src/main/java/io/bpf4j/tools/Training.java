package io.bpf4j.tools;

import picocli.CommandLine;

/** tmp */
public final class Training {
    private Training() {}
    public static void main(String[] arguments) {
        new CommandLine(new Bpf4j()).execute("--help");
    }
}
