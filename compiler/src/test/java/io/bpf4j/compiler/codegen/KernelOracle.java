package io.bpf4j.compiler.codegen;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** The kernel's verifier and JIT, reached through a small script, for as long as it is open. */
public final class KernelOracle implements AutoCloseable {

    private final Path script;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;

    private KernelOracle(Path script, Process process) {
        this.script = script;
        this.process = process;
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Opens the oracle, or skips the test with the reason. */
    public static KernelOracle open() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "loading programs needs root");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")) || Files.isExecutable(
                Path.of("/usr/local/bin/python3")), "python3 is not installed");
        Path script = Files.createTempFile("kernel_oracle", ".py");
        try (InputStream in = KernelOracle.class.getResourceAsStream("kernel_oracle.py")) {
            Files.write(script, in.readAllBytes());
        }
        ProcessBuilder builder = new ProcessBuilder("python3", script.toString());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        return new KernelOracle(script, builder.start());
    }

    /** What the kernel said: a result of 32 bits, or why it refused. */
    public record Answer(long result, String refusal) {
        public boolean accepted() {
            return refusal.isEmpty();
        }
    }

    /** Loads the program and, with a context, runs it. */
    public Answer ask(Program program, List<MapSpec> maps, byte[] context) {
        String text = "{\"type\":" + program.type().number() + ",\"run\":" + (context.length > 0)
                + ",\"context\":\"" + HexFormat.of().formatHex(context) + "\",\"code\":\""
                + HexFormat.of().formatHex(InsnCodec.encode(program.instructions())) + "\",\"maps\":{"
                + maps.stream().map(KernelOracle::map).collect(Collectors.joining(","))
                + "},\"references\":["
                + program.references().stream().map(KernelOracle::reference).collect(Collectors.joining(","))
                + "]}";
        try {
            requests.write(text);
            requests.newLine();
            requests.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IllegalStateException("the oracle has ended");
            }
            String marker = "{\"result\": ";
            return answer.startsWith(marker)
                    ? new Answer(Long.parseLong(answer.substring(marker.length(), answer.indexOf('}'))), "")
                    : new Answer(0, answer.replace("\\n", "\n"));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static String map(MapSpec map) {
        return "\"" + map.name() + "\":[" + map.kind().number() + "," + map.keySize() + "," + map.valueSize()
                + ","
                + map.maxEntries() + "]";
    }

    private static String reference(Reference reference) {
        return switch (reference) {
            case Reference.ToMap(int slot, String map) -> "[" + slot + ",\"" + map + "\",-1]";
            case Reference.ToMapValue(int slot, String map, int offset) ->
                "[" + slot + ",\"" + map + "\"," + offset + "]";
        };
    }

    @Override
    public void close() throws IOException {
        requests.close();
        process.destroy();
        Files.deleteIfExists(script);
    }
}
