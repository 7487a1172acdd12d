package io.bpf4j.compiler.lower;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.compiler.ProbeCompiler;
import io.bpf4j.compiler.codegen.KernelOracle;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Compiles a source for each feature of the language and lets the kernel's verifier judge every program. */
class KernelAcceptanceTest {
    private static final Path SOURCES = Path.of("src/test/resources/io/bpf4j/compiler/lower/accepted");
    private static KernelOracle kernel;

    @BeforeAll
    static void open() throws IOException {
        kernel = KernelOracle.open();
    }

    @AfterAll
    static void close() throws IOException {
        if (kernel != null) {
            kernel.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> theKernelAcceptsEveryProgram() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            List<Path> sorted = files.sorted().toList();
            return sorted.stream()
                    .flatMap(file -> Stream.of(true, false).map(optimise -> DynamicTest.dynamicTest(
                            file.getFileName() + (optimise ? "" : " not optimised"),
                            () -> check(file, optimise))));
        }
    }

    private static void check(Path file, boolean optimise) {
        CompileOptions options = CompileOptions.PORTABLE.withOptimisation(optimise);
        ProgramUnit unit = ProbeCompiler.compile(source(file), options).unit();
        for (Program program : unit.programs()) {
            KernelOracle.Answer answer = kernel.ask(program, maps(unit), new byte[0]);
            assertTrue(answer.accepted(), () -> program.name() + ": " + end(answer.refusal()));
        }
    }

    /** The loader would give perf buffers one entry for each processor. */
    private static List<MapSpec> maps(ProgramUnit unit) {
        return unit.maps().stream().map(map -> map.maxEntries() > 0
                ? map
                : new MapSpec(map.name(), map.kind(), map.key(), map.value(), 1, map.flags(), map.role()))
                .toList();
    }

    private static SourceFile source(Path file) {
        try {
            return new SourceFile(file.getFileName().toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String end(String log) {
        return log.substring(Math.max(0, log.length() - 3000));
    }
}
