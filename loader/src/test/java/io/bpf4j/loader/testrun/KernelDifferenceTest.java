package io.bpf4j.loader.testrun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.vm.differential.GeneratedProgram;
import io.bpf4j.vm.differential.ProgramGenerator;
import io.bpf4j.vm.differential.RunResult;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.SampleMachine;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The engines do what the running kernel does with generated programs, and its verifier takes all of them. */
class KernelDifferenceTest {

    private static final int PROGRAMS = Integer.getInteger("differential.programs",
            Boolean.getBoolean("soak") ? 100_000 : 2000);
    private static final long FIRST_SEED = Long.getLong("differential.seed", 1_000_000);
    private static final List<Engine> ENGINES = List.of(new Interpreter(), new JvmCompiler(Assertions::fail));

    private static TestRunner runner;

    private final SampleMachine sample = new SampleMachine();

    @BeforeAll
    static void needsRootAndTheWholeInstructionSet() {
        Kernel kernel = Privileges.rootKernel();
        KernelFeatures features = new KernelFeatures(kernel);
        assumeTrue(features.has(Feature.ISA_V4), features.support(Feature.ISA_V4).explanation());
        runner = new TestRunner(kernel);
    }

    @AfterAll
    static void close() {
        if (runner != null) {
            runner.close();
        }
    }

    @Test
    void enginesAndKernelAgree() {
        int tooComplex = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + PROGRAMS; seed++) {
            GeneratedProgram program = ProgramGenerator.generate(seed);
            switch (runner.run(new TestProgram(program.instructions()), program.memory())) {
                case Outcome.Finished finished -> compare(program, finished);
                case Outcome.Refused refused -> {
                    assertTrue(refused.reason().contains("too large"),
                            "seed " + seed + ": " + refused.reason());
                    tooComplex++;
                }
            }
        }
        assertTrue(tooComplex <= PROGRAMS / 100,
                tooComplex + " programs had too many paths for the verifier");
    }

    private void compare(GeneratedProgram program, Outcome.Finished finished) {
        var expected = RunResult.returned(finished.r0(), finished.memory());
        for (Engine engine : ENGINES) {
            for (Checking checking : Checking.values()) {
                assertEquals(expected,
                        RunResult.of(sample, engine, checking, program.instructions(),
                                program.memory()),
                        () -> "seed " + program.seed() + ", " + engine.name() + ", " + checking);
            }
        }
    }
}
