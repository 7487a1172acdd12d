package io.bpf4j.tools;

import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.tools.common.CommandRunner;
import io.bpf4j.tools.common.Interrupts;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/**
 * The run whose classes the start-up archive holds: it does a little of what every tool does, quietly and
 * without touching any process. bin/.launch starts it after a build.
 */
public final class Training {

    private static final List<List<String>> COMMAND_LINES = List.of(List.of("--version"), List.of("--help"),
            List.of("completion"), List.of("--unknown"));

    private Training() {}

    /** Runs everything once; its output is for nobody. */
    public static void main(String[] arguments) {
        for (List<String> commandLine : COMMAND_LINES) {
            new CommandRunner(new Bpf4j(), Map.of()).run(commandLine.toArray(String[]::new));
        }
        Interrupts.install();
        // The first call binds libc, which is most of what a tool does before it attaches.
        LinuxKernel.instance().eventCounter().close();
        try (Output output = Output.to(OutputStream.nullOutputStream())) {
            new JsonLines(output).line(json -> json.writeNumberField("number", 1));
        }
    }
}
