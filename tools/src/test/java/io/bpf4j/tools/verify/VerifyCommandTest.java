package io.bpf4j.tools.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.Support;
import io.bpf4j.tools.command.ToolProcess;
import io.bpf4j.vm.object.foreign.ClangObjects;
import io.bpf4j.tools.session.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.text.Assembler;

/** {@code bpf4j verify} on files and on lines of bytecode. */
class VerifyCommandTest {

    private record Result(int code, List<String> output, String errors) {}

    private static Result run(String input, String... arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(ToolProcess.command(arguments)).start();
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        List<String> output = process.inputReader().lines().toList();
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output, errors);
    }

    private static String hex(String assembly) {
        return HexFormat.of().formatHex(InsnCodec.encode(Assembler.assemble(assembly).instructions()));
    }

    /** What the kernel says of the same is in the verifier's own cases. */
    private static final String LOOKUP = """
            r1 = map[h] ll
            r2 = r10
            r2 += -4
            *(u32 *)(r10 - 4) = 0
            call map_lookup_elem
            """;

    @Test
    void ourOwnExamplesAreSafe() throws Exception {
        Result result = run("", "verify", "examples/mallocs.probe");
        assertEquals(0, result.code(), result::errors);
        assertTrue(result.output().stream().allMatch(line -> line.contains(": safe (")), result::toString);
    }

    @Test
    void aProgramThatDoesNotExistIsNamed(@TempDir Path folder) throws Exception {
        Path probe = Files.writeString(folder.resolve("x.probe"),
                "license \"GPL\";\nprobe begin { exit(); }\n");
        Result result = run("", "verify", probe.toString(), "--program", "nothing");
        assertEquals(2, result.code());
        assertTrue(result.errors().startsWith("bpf4j: there is no program nothing in "), result::errors);
    }

    private static final String UNCHECKED = """
            license "GPL";
            map hash<u32, u64> counts(64);
            probe uprobe:libc:malloc(u64 size) {
                u64 *count = counts.lookup(pid());
                *count += 1;
            }
            """;

    @Test
    void verboseTellsWhatIsKnownBeforeEachInstruction(@TempDir Path folder) throws Exception {
        Path probe = Files.writeString(folder.resolve("x.probe"), UNCHECKED);
        Result result = run("", "verify", "-v", probe.toString());
        assertEquals(1, result.code(), result::errors);
        assertEquals("; u64 *count = counts.lookup(pid()); @ " + probe + ":4", result.output().get(0));
        assertTrue(result.output().get(1).matches(" {3}0: .* ; r1 = a pointer to the context"),
                result::toString);
        assertTrue(
                result.output().stream()
                        .anyMatch(line -> line.contains("lookup_elem") || line.contains("call 1")),
                result::toString);
        assertTrue(result.output().stream()
                .anyMatch(line -> line.contains("; r0 = null or a pointer to a value of map counts")),
                result::toString);
    }

    @Test
    void programsReadTheSameExplanationWhoeverRefuses(@TempDir Path folder) throws Exception {
        Path probe = Files.writeString(folder.resolve("x.probe"), UNCHECKED);
        String fact = "\"facts\":[\"count is null or a pointer to a value of map counts\"]";
        Result own = run("", "verify", "--format", "json", probe.toString());
        assertEquals(1, own.code(), own::errors);
        assertTrue(own.output().getFirst().contains(fact), own::toString);
        assertTrue(own.output().getFirst().contains("\"hint\":\"test it first: if (count != 0)\""),
                own::toString);
        try (Machine machine = new Machine()) {
            Support support = machine.features().support(Feature.BPF_CALL);
            assumeTrue(support.available(), support::explanation);
        }
        Result kernel = run("", "verify", "--kernel", "--format", "json", probe.toString());
        assertEquals(1, kernel.code(), kernel::errors);
        assertTrue(kernel.output().getFirst().contains(fact), kernel::toString);
        assertTrue(kernel.output().getFirst().contains("\"kernel\":\"R"), kernel::toString);
    }

    @Test
    void aBatchAnswersEveryLine() throws Exception {
        String maps = ",\"type\":\"kprobe\",\"license\":\"GPL\","
                + "\"maps\":[{\"name\":\"h\",\"type\":1,\"key\":4,\"value\":8,"
                + "\"max\":16}]}";
        String withMap = hex(LOOKUP + "if r0 == 0 goto +1\nr0 = *(u64 *)(r0 + 0)\nr0 = 0\nexit");
        String unchecked = hex(LOOKUP + "r0 = *(u64 *)(r0 + 0)\nr0 = 0\nexit");
        Result result = run("{\"id\":1,\"prog\":\"" + withMap + "\"" + maps + "\n"
                + "{\"id\":2,\"prog\":\"" + unchecked + "\"" + maps + "\n"
                + "{\"id\":3,\"prog\":\"95\",\"type\":\"kprobe\"}\n"
                + "{\"id\":4,\"prog\":\"" + withMap + "\",\"type\":\"kprobe\"}\n"
                + "{\"id\":5,\"prog\":\"" + withMap + "\",\"type\":\"toaster\"}\n", "verify", "--batch");
        assertEquals(0, result.code(), result::errors);
        assertEquals("{\"id\":1,\"verdict\":\"accept\"}", result.output().get(0));
        assertTrue(
                result.output().get(1)
                        .startsWith("{\"id\":2,\"verdict\":\"reject\",\"message\":\"instruction 6: "),
                result::toString);
        assertEquals("{\"id\":3,\"verdict\":\"reject\",\"message\":\"instruction 0: has 1 bytes, not 8\"}",
                result.output().get(2));
        assertEquals(
                "{\"id\":4,\"verdict\":\"reject\",\"message\":\"instruction 0: names map 0, there are 0\"}",
                result.output().get(3));
        assertEquals("{\"id\":5,\"error\":\"there is no program type \\\"toaster\\\"\"}",
                result.output().get(4));
    }

    @Test
    void aBatchTakesProgramsOfObjects(@TempDir Path folder) throws Exception {
        Path object = ClangObjects.file("functions");
        Path text = Files.writeString(folder.resolve("text.o"), "no object");
        Path cut = Files.write(folder.resolve("cut.o"), Arrays.copyOf(Files.readAllBytes(object), 500));
        String file = "\"object\":\"" + object + "\"";
        Result result = run("{\"id\":1," + file + ",\"section\":\"raw_tp/sys_exit\",\"func\":\"third\"}\n"
                + "{\"id\":\"two\"," + file
                + ",\"func\":\"first\",\"type\":\"raw_tracepoint\",\"more\":[1]}\n"
                + "{\"id\":3," + file + ",\"section\":\"raw_tp/sys_exit\"}\n"
                + "{\"id\":4," + file + ",\"section\":\"raw_tp/sys_enter\"}\n"
                + "{\"id\":5," + file + ",\"func\":\"nothing\"}\n"
                + "{\"id\":6," + file + ",\"func\":\"third\",\"type\":\"cgroup_device\"}\n"
                + "{\"id\":7,\"object\":\"" + folder.resolve("absent.o") + "\"}\n"
                + "{\"id\":8,\"object\":\"" + text + "\"}\n"
                + "{\"id\":9,\"object\":\"" + cut + "\"}\n"
                + "{\"id\":10}\n", "verify", "--batch");
        assertEquals(0, result.code(), result::errors);
        List<String> output = result.output();
        assertEquals(10, output.size(), result::toString);
        assertEquals("{\"id\":1,\"verdict\":\"accept\"}", output.get(0));
        assertEquals("{\"id\":\"two\",\"verdict\":\"accept\"}", output.get(1));
        assertEquals("{\"id\":3,\"verdict\":\"accept\"}", output.get(2));
        assertEquals("{\"id\":4,\"error\":\"the object has 2 programs in section raw_tp/sys_enter, "
                + "\\\"func\\\" says which\"}", output.get(3));
        assertEquals("{\"id\":5,\"error\":\"the object has no program nothing\"}", output.get(4));
        assertTrue(output.get(5).startsWith("{\"id\":6,\"verdict\":\"reject\",\"message\":\""),
                output.get(5));
        assertEquals("{\"id\":7,\"error\":\"there is no file " + folder.resolve("absent.o") + "\"}",
                output.get(6));
        assertEquals("{\"id\":8,\"error\":\"" + text + " is no object file\"}", output.get(7));
        assertTrue(output.get(8).startsWith("{\"id\":9,\"verdict\":\"reject\",\"message\":\""),
                output.get(8));
        assertEquals("{\"id\":10,\"error\":\"\\\"prog\\\" or \\\"object\\\" is missing\"}", output.get(9));
    }
}
