package io.bpf4j.loader.testrun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.vm.differential.CaseFile;
import io.bpf4j.vm.differential.GeneratedProgram;
import io.bpf4j.vm.differential.ProgramGenerator;
import io.bpf4j.vm.differential.RunResult;
import io.bpf4j.vm.differential.SampleMaps;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.SampleMachine;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import io.bpf4j.vm.program.MapSpec;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
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

    private SampleMachine sample = new SampleMachine();

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
        agree(ProgramGenerator::generate, List.of());
    }

    @Test
    void enginesAndKernelAgreeAboutMaps() {
        sample = new SampleMachine(SampleMaps.SPECS);
        agree(ProgramGenerator::generateWithMaps, SampleMaps.SPECS);
    }

    private void agree(LongFunction<GeneratedProgram> generator, List<MapSpec> maps) {
        int tooComplex = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + PROGRAMS; seed++) {
            GeneratedProgram program = generator.apply(seed);
            List<Insn> instructions = program.instructions();
            TestProgram test = new TestProgram(instructions, SampleMaps.references(instructions), maps);
            switch (runner.run(test, program.memory())) {
                case Outcome.Finished finished -> compare(program, finished);
                case Outcome.Refused refused -> {
                    assertTrue(refused.reason().contains("too large"),
                            "seed " + program.seed() + ": " + refused.reason());
                    tooComplex++;
                }
            }
        }
        assertTrue(tooComplex <= PROGRAMS / 100,
                tooComplex + " programs had too many paths for the verifier");
    }

    private void compare(GeneratedProgram program, Outcome.Finished finished) {
        SortedMap<String, String> maps = new TreeMap<>();
        finished.maps().forEach((name, entries) -> entries
                .forEach(entry -> SampleMaps.put(maps, name, entry.key(), entry.value())));
        RunResult kernels = RunResult.returned(finished.r0(), finished.memory(), maps);
        for (Engine engine : ENGINES) {
            for (Checking checking : Checking.values()) {
                String who = "seed %d, %s, %s checking, against the kernel".formatted(program.seed(),
                        engine.name(),
                        checking);
                assertEquals(kernels,
                        RunResult.of(sample, engine, checking, program.instructions(), program.memory()),
                        () -> who + ": see "
                                + CaseFile.save(who, program.instructions(), program.memory(), kernels));
            }
        }
    }
}
