package io.bpf4j.tools.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.compiler.ProbeCompiler;
import io.bpf4j.compiler.source.CompileException;
import io.bpf4j.compiler.source.DiagnosticPrinter;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.Support;
import io.bpf4j.loader.kernel.KernelLoader;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.vm.explain.Explanation;
import io.bpf4j.vm.object.Command;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.object.foreign.ForeignObjectReader;
import io.bpf4j.vm.object.foreign.Surroundings;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.verify.Rejection;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What users are told about typical mistakes, in C and in the probe language; {@code -Dapprove} writes it anew. */
class MistakesTest {

    private static final Path FOLDER = Path.of("src", "test", "resources", "io", "bpf4j", "tools", "verify",
            "mistakes");
    private static final String CLANG = Stream.of("clang-14", "clang").filter(Command::exists).findFirst()
            .orElse("");
    /** Whose words the golden files have. */
    private static final String KERNEL = "6.18";

    @TempDir
    private static Path folder;

    private static List<String> named(String ending) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    static List<String> sources() throws IOException {
        return named(".bpf.c");
    }

    static List<String> probes() throws IOException {
        return named(".probe");
    }

    @Test
    void thereAreTwentyAtLeast() throws IOException {
        assertTrue(sources().size() >= 20);
        assertTrue(probes().size() >= 10);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void clangsObjectIsExplained(String name) throws IOException {
        assertApproved(name, own(name));
    }

    @ParameterizedTest
    @MethodSource("probes")
    void probeIsExplained(String name) throws IOException {
        assertApproved(name, own(name));
    }
    static List<String> all() throws IOException {
        return Stream.concat(sources().stream(), probes().stream()).toList();
    }

    @ParameterizedTest
    @MethodSource("all")
    void theKernelsRefusalIsExplainedInTheSameForm(String name) throws IOException {
        try (Machine machine = new Machine()) {
            Support support = machine.features().support(Feature.BPF_CALL);
            assumeTrue(support.available(), support::explanation);
            assumeTrue(System.getProperty("os.version").startsWith(KERNEL),
                    "another kernel than " + KERNEL + " has other words");
            Optional<String> text = kernels(machine, name);
            assumeTrue(text.isPresent(), "the compiler does not let it pass");
            assertApproved(name + ".kernel", text.get());
        }
    }

    private static Optional<String> kernels(Machine machine, String name) throws IOException {
        ProgramUnit unit;
        try {
            unit = name.endsWith(".probe") ? probe(name) : object(name);
        } catch (CompileException | ObjectException e) {
            return Optional.empty();
        }
        Optional<LoadException> refusal = new KernelLoader(machine.kernel(), machine.features())
                .verify(unit, SessionOptions.EVERYTHING).values().iterator().next();
        return Optional.of(refusal.map(e -> e.explanation().map(Explanation::text).orElseGet(e::getMessage))
                .orElse("accepted\n").replace(folder + "/", ""));
    }

    private static void assertApproved(String name, String text) throws IOException {
        Path golden = FOLDER.resolve(name + ".txt");
        if (System.getProperty("approve") != null) {
            Files.writeString(golden, text);
        }
        assertEquals(Files.readString(golden), text, "see the difference, then approve with -Dapprove");
    }

    private static String own(String name) throws IOException {
        ProgramUnit unit;
        try {
            unit = name.endsWith(".probe") ? probe(name) : object(name);
        } catch (CompileException e) {
            return new DiagnosticPrinter(false).print(e.diagnostics());
        } catch (ObjectException e) {
            return e.getMessage() + "\n";
        }
        Program program = unit.programs().getFirst();
        return assertInstanceOf(Rejection.class,
                Verifier.verify(program, VerifierInput.of(program.type(), unit)))
                .explanation().text().replace(folder + "/", "");
    }

    private static ProgramUnit probe(String name) throws IOException {
        return ProbeCompiler.compile(new SourceFile(name, Files.readString(FOLDER.resolve(name))),
                CompileOptions.PORTABLE).unit();
    }

    /** Compiles in a folder of its own, with names that do not depend on where that is. */
    private static ProgramUnit object(String name) throws IOException {
        assumeTrue(!CLANG.isEmpty(), "clang is not installed: apt-get install clang-14");
        for (String file : List.of(name, "mistake.h")) {
            Files.writeString(folder.resolve(file), Files.readString(FOLDER.resolve(file)));
        }
        try (InputStream in = Surroundings.class.getResourceAsStream("bpf.h")) {
            Files.write(folder.resolve("bpf.h"), in.readAllBytes());
        }
        Path object = folder.resolve(name + ".o");
        Command.Result result = Command.run(CLANG, "-O2", "-g", "-target", "bpf", "-mcpu=v3",
                "-c", folder.resolve(name).toString(), "-o",
                object.toString());
        assertEquals("", result.output());
        return ForeignObjectReader
                .read("mistake", Files.readAllBytes(object), new Surroundings(Optional.empty(), 1, 0,
                        setting -> Optional.empty(), symbol -> OptionalLong.empty()))
                .unit();
    }
}
