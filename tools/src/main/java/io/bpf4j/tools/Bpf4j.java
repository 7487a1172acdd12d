package io.bpf4j.tools;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(name = "bpf4j", mixinStandardHelpOptions = true, version = "bpf4j 0.1")
public final class Bpf4j implements Runnable {
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bpf4j()).execute(arguments));
    }
    @Override
    public void run() {
    }
}
