package io.bpf4j.compiler.lower;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.compiler.ProbeCompiler;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.verify.HostileMachine;
import io.bpf4j.vm.verify.Mutation;
import io.bpf4j.vm.verify.Rejection;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import io.bpf4j.vm.verify.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Our verifier takes a program for each feature of the language; and whatever it takes of their mutations never traps.
 */
class VerifiedProgramsTest {

    private static final Path SOURCES = Path.of("src/test/resources/io/bpf4j/compiler/lower/accepted");
    private static final int MUTATIONS = Integer.getInteger("bpf4j.mutations", 200);
    private static final int RUNS = 5;
    private static final long BUDGET = 30_000;

    static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.sorted().toList();
        }
    }

    private static ProgramUnit compile(Path file, boolean optimise) throws IOException {
        return ProbeCompiler.compile(new SourceFile(file.getFileName().toString(), Files.readString(file)),
                CompileOptions.PORTABLE.withOptimisation(optimise)).unit();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void everyProgramIsAccepted(Path file) throws IOException {
        for (boolean optimise : new boolean[]{true, false}) {
            ProgramUnit unit = compile(file, optimise);
            for (Program program : unit.programs()) {
                Verdict verdict = Verifier.verify(program, VerifierInput.of(program.type(), unit));
                assertInstanceOf(VerifiedProgram.class, verdict,
                        () -> verdict instanceof Rejection rejection ? rejection.explanation().text() : "");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sources")
    void acceptedMutationsNeverTrap(Path file) throws IOException {
        ProgramUnit unit = compile(file, true);
        int accepted = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            Random random = new Random(i);
            Program program = unit.programs().get(random.nextInt(unit.programs().size()));
            VerifierInput input = VerifierInput.of(program.type(), unit).withBudget(BUDGET);
            Program mutant = new Mutation(random).of(program);
            if (Verifier.verify(mutant, input) instanceof VerifiedProgram) {
                accepted++;
                run(mutant, unit, input, i);
            }
        }
        assertTrue(accepted > 0, "none was accepted");
    }

    private static void run(Program program, ProgramUnit unit, VerifierInput input, long seed) {
        HostileMachine machine = new HostileMachine(unit.maps(), input, seed);
        for (int run = 0; run < RUNS; run++) {
            try {
                machine.run(program);
            } catch (TrapException | IllegalStateException e) {
                fail(program.name() + ", mutation " + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
