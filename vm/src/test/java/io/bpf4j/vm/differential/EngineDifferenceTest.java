package io.bpf4j.vm.differential;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.SampleMachine;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** All engines do the same with generated programs: results, memory, and where they stop those that go astray. */
class EngineDifferenceTest {

    /** How many programs; the soak profile has more. */
    private static final int PROGRAMS = Integer.getInteger("differential.programs",
            Boolean.getBoolean("soak") ? 100_000 : 2000);
    private static final long FIRST_SEED = Long.getLong("differential.seed", 1);
    /** No valid program takes as many instructions; those that go astray are stopped soon. */
    private static final long BUDGET = 100_000;

    private static final List<Engine> ENGINES = List.of(new Interpreter(), new JvmCompiler(Assertions::fail),
            new JvmCompiler(Assertions::fail).withoutSegments());

    private SampleMachine sample = new SampleMachine();

    @Test
    void validProgramsHaveOneResult() {
        haveOneResult(ProgramGenerator::generate);
    }

    @Test
    void programsWithMapsHaveOneResult() {
        sample = new SampleMachine(SampleMaps.SPECS);
        haveOneResult(ProgramGenerator::generateWithMaps);
    }

    private void haveOneResult(LongFunction<GeneratedProgram> generator) {
        sample.execution().setBudget(BUDGET);
        for (long seed = FIRST_SEED; seed < FIRST_SEED + PROGRAMS; seed++) {
            GeneratedProgram program = generator.apply(seed);
            RunResult expected = run(ENGINES.getFirst(), Checking.FULL, program.instructions(), program);
            assertInstanceOf(RunResult.Returned.class, expected,
                    () -> "seed " + program.seed());
            for (Checking checking : Checking.values()) {
                assertSame(program, program.instructions(), checking);
            }
        }
    }

    @Test
    void programsThatGoAstrayAreStoppedAtTheSameInstruction() {
        sample.execution().setBudget(BUDGET);
        for (long seed = FIRST_SEED; seed < FIRST_SEED + PROGRAMS; seed++) {
            GeneratedProgram program = ProgramGenerator.generate(seed);
            assertSame(program, Mutation.of(program), Checking.FULL);
        }
    }

    private RunResult run(Engine engine, Checking checking, List<Insn> instructions,
            GeneratedProgram program) {
        return RunResult.of(sample, engine, checking, instructions, program.memory());
    }

    private void assertSame(GeneratedProgram program, List<Insn> instructions, Checking checking) {
        for (Engine engine : ENGINES) {
            if (differs(engine, checking, instructions, program)) {
                List<Insn> smallest = Minimizer.minimize(instructions,
                        fewer -> ends(checking, fewer, program) && differs(engine, checking, fewer, program));
                RunResult expected = run(ENGINES.getFirst(), checking, smallest, program);
                String who = "seed %d, %s, %s checking".formatted(program.seed(), engine.name(), checking);
                fail("%s: see %s%nexpected: %s%nactual:   %s".formatted(who,
                        CaseFile.save(who, smallest, program.memory(), expected), expected,
                        run(engine, checking, smallest, program)));
            }
        }
    }

    private boolean differs(Engine engine, Checking checking, List<Insn> instructions,
            GeneratedProgram program) {
        return !run(engine, checking, instructions, program)
                .equals(run(ENGINES.getFirst(), checking, instructions, program));
    }

    private boolean ends(Checking checking, List<Insn> instructions, GeneratedProgram program) {
        return checking == Checking.FULL || run(ENGINES.getFirst(), Checking.FULL, instructions,
                program) instanceof RunResult.Returned;
    }
}
