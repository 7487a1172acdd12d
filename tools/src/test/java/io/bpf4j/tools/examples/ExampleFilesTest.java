package io.bpf4j.tools.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.compiler.Compilation;
import io.bpf4j.compiler.ProbeCompiler;
import io.bpf4j.loader.feature.Feature;
import io.bpf4j.tools.Bpf4j;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.tools.session.ProbeFile;
import io.bpf4j.vm.object.ObjectWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Each example as a file: what it tells its reader, that it compiles, and that others load its object. */
class ExampleFilesTest {
    private static final int MOST_LINES = 60;

    @TempDir
    private Path folder;

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(ToolRun.EXAMPLES)) {
            return files.sorted().toList();
        }
    }

    @Test
    void thereIsADozenAtLeast() throws IOException {
        assertTrue(examples().size() >= 12);
    }

    @Test
    void theHelpNamesExamplesThatExist() {
        CommandLine run = new CommandLine(new Bpf4j()).getSubcommands().get("run");
        List<String> named = Pattern.compile("tools/(examples/\\S+)")
                .matcher(run.getUsageMessage(CommandLine.Help.Ansi.OFF))
                .results().map(match -> match.group(1)).toList();
        assertFalse(named.isEmpty());
        assertTrue(named.stream().allMatch(name -> Files.isReadable(Path.of(name))), named::toString);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theHeaderSaysWhatItShowsHowToRunItAndWhatItPrints(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.size() <= MOST_LINES, () -> lines.size() + " lines");
        List<String> header = lines.stream().takeWhile(line -> line.startsWith("//")).toList();
        assertTrue(header.getFirst().matches("// [A-Z].*\\."), header::getFirst);
        int run = header.indexOf("// Run:");
        int output = header.indexOf("// Output:");
        assertTrue(run > 0 && output > run, "no Run: or no Output:");
        assertTrue(header.subList(run + 1, output - 1).stream()
                .allMatch(line -> line.startsWith("//   bpf4j run " + file.getFileName())), "how to run it");
        assertTrue(header.size() > output + 2, "no output");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theKernelTakesTheObjectFromBpftoolAsItIs(Path file) throws Exception {
        try (Machine machine = new Machine()) {
            assumeTrue(machine.features().has(Feature.BPF_CALL),
                    machine.features().support(Feature.BPF_CALL).explanation());
            Compilation compilation = ProbeCompiler.compile(ProbeFile.source(file), machine.compileOptions());
            assertTrue(compilation.warnings().isEmpty(), compilation.warnings()::toString);
            Path object = folder.resolve("example.bpf.o");
            Files.write(object, ObjectWriter.write(compilation.unit()));
            var names = new TreeSet<String>();
            compilation.unit().programs().forEach(program -> names.add(program.name()));
            assertEquals(names, loaded(object));
        }
    }

    /** Loads an object with bpftool in a mount namespace of its own; returns the names of the programs. */
    private static TreeSet<String> loaded(Path object) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/bpftool")), "bpftool is not installed");
        Process process = new ProcessBuilder("unshare", "-m", "sh", "-c", """
                mount -t bpf bpf /sys/fs/bpf &&
                bpftool prog loadall "$0" /sys/fs/bpf/example 2>&1 >/dev/null &&
                echo programs: && ls /sys/fs/bpf/example
                """, object.toString()).redirectErrorStream(true).start();
        List<String> said = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), "bpftool did not end");
        assertEquals(0, process.exitValue(), said::toString);
        assertFalse(said.stream().anyMatch(line -> line.contains("rror")), said::toString);
        return new TreeSet<>(said.subList(said.indexOf("programs:") + 1, said.size()));
    }
}
