package io.bpf4j.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.tools.session.Machine;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code goret} runs at every return of a Go function, in the kernel and in the process. */
class GoReturnTest {

    /** Computes for each line that it reads; a shell stays its parent, as the JVM would take stops of its own child. */
    private static final String SOURCE = """
            package main

            import "fmt"

            //go:noinline
            func classify(n int) int {
            \tif n%2 == 0 {
            \t\treturn n * 10
            \t}
            \tif n%3 == 0 {
            \t\treturn n * 100
            \t}
            \tsum := 0
            \tfor i := 0; i < n; i++ {
            \t\tsum += i
            \t}
            \treturn sum
            }

            func main() {
            \tvar n int
            \tfor {
            \t\tif _, err := fmt.Scan(&n); err != nil {
            \t\t\treturn
            \t\t}
            \t\tfmt.Println(classify(n))
            \t}
            }
            """;
    private static final Map<Integer, Integer> RESULTS = Map.of(4, 40, 9, 900, 5, 10);

    @TempDir
    Path folder;
    private Path program;

    @BeforeEach
    void build() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("main.go"), SOURCE);
        program = folder.resolve("victim");
        Process go;
        try {
            go = new ProcessBuilder("go", "build", "-o", program.toString(), "main.go")
                    .directory(folder.toFile())
                    .inheritIO().start();
        } catch (IOException e) {
            assumeTrue(false, "go is not installed");
            return;
        }
        assertEquals(0, go.waitFor());
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel", "user"})
    void everyReturnIsSeen(String mode) throws IOException, InterruptedException {
        try (Machine machine = new Machine()) {
            assumeTrue(mode.equals("user") || machine.features().has(Feature.UPROBE_MULTI),
                    "this kernel lets us attach no uprobes");
        }
        Path probe = folder.resolve("returns.probe");
        Files.writeString(probe, """
                license "GPL";
                probe uprobe:%s:"main.classify"(s64 n) { printf("in %%d\\n", n); }
                probe goret:%s:"main.classify" -> s64 { printf("out %%d\\n", retval); }
                """.formatted(program, program));
        Process shell = new ProcessBuilder("sh", "-c",
                "exec 3<&0; " + program + " <&3 & echo $!; exec 3<&-; wait")
                .start();
        BufferedWriter questions = shell.outputWriter();
        try (BufferedReader answers = shell.inputReader()) {
            String pid = answers.readLine();
            try (ToolProcess tool = ToolProcess.start("run", probe.toString(), "-p", pid, "--mode", mode)) {
                tool.awaitAttached();
                for (int n : List.of(4, 9, 5)) {
                    questions.write(n + "\n");
                    questions.flush();
                    assertEquals(RESULTS.get(n).toString(), answers.readLine());
                }
                questions.close();
                ToolProcess.Result result = tool.await();
                assertEquals(0, result.code(), result.errors());
                assertEquals("in 4\nout 40\nin 9\nout 900\nin 5\nout 10\n", result.output());
            }
            assertTrue(shell.waitFor() == 0, "the program ended badly");
        } finally {
            shell.destroyForcibly();
        }
    }
}
