package io.bpf4j.tools.vm;

import io.bpf4j.tools.common.Batch;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.HexBytes;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bpf4j vm}: runs bare bytecode. */
@Command(name = "vm", mixinStandardHelpOptions = true,
        description = {"Runs a program, given as hex on standard input, and prints R0 as hex.",
            "R1 is the address of the memory and R2 its length in bytes; both are 0 without memory. The program need"
                    + " not be safe: what it must not do ends it with a message, and the exit status is 1."},
        footerHeading = "%nExamples:%n",
        footer = {"  echo b700000007000000 9500000000000000 | bpf4j vm",
            "  echo 7110000000000000 9500000000000000 | bpf4j vm --engine native --memory 2a",
            "  echo '{\"id\":1,\"prog\":\"b7000000070000009500000000000000\"}' | bpf4j vm --batch --engine jvm"})
public final class VmCommand implements Callable<Integer> {

    @Parameters(index = "0", arity = "0..1", paramLabel = "MEMORY", description = "the memory, as --memory")
    private String positional;

    @Option(names = "--engine", paramLabel = "ENGINE", defaultValue = "interpreter",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private EngineName engine = EngineName.INTERPRETER;

    @Option(names = "--memory", paramLabel = "HEX", description = "the bytes that R1 points to")
    private String memory;

    @Option(names = "--batch",
            description = "many programs: {\"id\":7,\"prog\":\"hex\",\"mem\":\"hex\",\"engine\":\"jvm\"} on each line"
                    + " in, {\"id\":7,\"r0\":\"hex\"} or {\"id\":7,\"error\":\"...\"} on each line out")
    private boolean batch;

    @Option(names = "--budget", paramLabel = "N", defaultValue = "100000000",
            description = "stop a program after about N instructions (default: ${DEFAULT-VALUE}; not in the kernel)")
    private long budget = 100_000_000;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (memory != null && positional != null) {
            throw new UserError(ExitCode.USAGE, "the memory is given twice", "either --memory HEX or MEMORY");
        }
        try (VmRunner runner = new VmRunner(budget, this::warn); Output output = Output.standard()) {
            if (batch) {
                JsonLines answers = new JsonLines(output);
                Batch.run(output, line -> answer(runner, answers, line));
            } else {
                String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
                String bytes = memory != null ? memory : positional != null ? positional : "";
                long result = runner.run(engine, HexBytes.parse("the program", text),
                        HexBytes.parse("the memory", bytes));
                output.text(Long.toHexString(result)).line();
            }
        }
        return ExitCode.OK.number();
    }

    private void warn(String warning) {
        spec.commandLine().getErr().println("bpf4j: " + warning);
    }

    private void answer(VmRunner runner, JsonLines answers, String line) {
        Request request = new Request(engine);
        try {
            request.read(line);
            long result = runner.run(request.engine(), HexBytes.parse("prog", request.program()),
                    HexBytes.parse("mem", request.memory()));
            answers.line(json -> {
                request.writeId(json);
                json.writeStringField("r0", Long.toHexString(result));
            });
        } catch (UserError e) {
            answers.line(json -> {
                request.writeId(json);
                json.writeStringField("error", e.getMessage());
            });
        }
    }
}
