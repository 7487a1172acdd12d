package io.bpf4j.tools.examples;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.compiler.ProbeCompiler;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.tools.session.ProbeFile;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.verify.Rejection;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import io.bpf4j.vm.verify.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our verifier takes whatever our compiler makes of our probes, optimised or not. */
class VerifiedProbesTest {

    private static final Path OWN = Path.of("src", "main", "resources", "io", "bpf4j", "tools");

    static List<Path> probes() throws IOException {
        try (Stream<Path> examples = Files.list(ToolRun.EXAMPLES); Stream<Path> own = Files.walk(OWN)) {
            return Stream.concat(examples, own).filter(file -> file.toString().endsWith(".probe")).sorted()
                    .toList();
        }
    }

    @Test
    void thereAreProbes() throws IOException {
        assertTrue(probes().size() > 12);
    }

    @ParameterizedTest
    @MethodSource("probes")
    void everyProgramIsAccepted(Path file) throws IOException {
        try (Machine machine = new Machine()) {
            for (boolean optimise : new boolean[]{true, false}) {
                CompileOptions options = machine.compileOptions().withOptimisation(optimise);
                ProgramUnit unit = ProbeCompiler.compile(ProbeFile.source(file), options).unit();
                for (Program program : unit.programs()) {
                    Verdict verdict = Verifier.verify(program, VerifierInput.of(program.type(), unit));
                    assertInstanceOf(VerifiedProgram.class, verdict,
                            () -> verdict instanceof Rejection rejection
                                    ? rejection.explanation().text()
                                    : "");
                }
            }
        }
    }
}
