package io.bpf4j.tools;

import io.bpf4j.tools.common.CommandRunner;
import io.bpf4j.tools.common.Interrupts;
import io.bpf4j.tools.session.ToolProbe;
import io.bpf4j.tools.sslsniff.SslSniff;
import io.bpf4j.tools.syscount.SysCount;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The run whose classes the start-up archive holds: it does a little of what every tool does, quietly and
 * without touching any process but itself and those that it starts. bin/.launch starts it after a build.
 */
public final class Training {

    private static final List<List<String>> COMMAND_LINES = List.of(List.of("--version"), List.of("--help"),
            List.of("completion"), List.of("--unknown"), List.of("run", "/"),
            List.of("features", "--format", "json"));
    /** Also who learns from example learns by repetition: what ran often is compiled sooner in later runs. */
    private static final int REPETITIONS = 3;

    private Training() {}

    /** Runs everything once; its output is for nobody. */
    public static void main(String[] arguments) throws IOException {
        COMMAND_LINES.forEach(Training::run);
        Path directory = Files.createTempDirectory("bpf4j-training");
        Path probe = directory.resolve("training.probe");
        Path object = directory.resolve("training.bpf.o");
        try (InputStream source = Training.class.getResourceAsStream("training.probe")) {
            Files.copy(source, probe);
            run(List.of("compile", probe.toString(), "-o", object.toString()));
            // Without permission it stops short of the kernel, but so will every other run of this user.
            String self = Long.toString(ProcessHandle.current().pid());
            for (int i = 0; i < REPETITIONS; i++) {
                run(List.of("run", probe.toString(), "-p", self, "-d", "20ms", "--output",
                        directory.resolve("output").toString()));
            }
            for (int i = 0; i < REPETITIONS; i++) {
                run(List.of("run", "--mode", "user", "-v", probe.toString(), "--output",
                        directory.resolve("output").toString(), "--", "true"));
            }
            // The other tools run until they are asked to stop: here, as soon as they have attached.
            Interrupts.install().request();
            String output = directory.resolve("output").toString();
            ToolProbes.ALL.forEach(ToolProbe::begin);
            new CommandRunner(new SslSniff(), Map.of()).run("-p", self, "--output", output);
            new CommandRunner(new SslSniff(), Map.of()).run("--output", output, "--", "true");
            new CommandRunner(new SslSniff(), Map.of()).run("--mode", "user", "--output", output, "--",
                    "true");
            new CommandRunner(new SysCount(), Map.of()).run("-p", self, "--output", output);
            new CommandRunner(new SysCount(), Map.of()).run("--output", output, "--", "true");
        } finally {
            for (String name : List.of("training.probe", "training.bpf.o", "output")) {
                Files.deleteIfExists(directory.resolve(name));
            }
            Files.delete(directory);
        }
    }

    private static void run(List<String> commandLine) {
        new CommandRunner(new Bpf4j(), Map.of()).run(commandLine.toArray(String[]::new));
    }
}
