package io.bpf4j.loader.inprocess;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.differential.CaseFile;
import io.bpf4j.vm.differential.GeneratedProgram;
import io.bpf4j.vm.differential.Minimizer;
import io.bpf4j.vm.differential.Mutation;
import io.bpf4j.vm.differential.ProgramGenerator;
import io.bpf4j.vm.differential.RunResult;
import io.bpf4j.vm.differential.SampleMaps;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.SampleMachine;
import io.bpf4j.vm.isa.Insn;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Machine code does what the interpreter does with generated programs, sound and spoilt ones. */
class NativeDifferenceTest {

    private static final int PROGRAMS = Integer.getInteger("differential.programs",
            Boolean.getBoolean("soak") ? 100_000 : 3000);
    private static final long FIRST_SEED = Long.getLong("differential.seed", 2_000_000);
    private static final long BUDGET = 100_000;
    /** The code of so many programs is kept before it is freed. */
    private static final int ROUND = 500;

    private final LinuxKernel kernel = LinuxKernel.instance();
    private final NativeBlock block = new NativeBlock(kernel, SampleMachine.bytes(SampleMaps.SPECS));
    private SampleMachine sample = new SampleMachine(block.memory());
    private NativeEngine engine = new NativeEngine(kernel, HostProcessor.features());

    @AfterEach
    void close() {
        engine.close();
        block.close();
    }

    @Test
    void validProgramsHaveOneResult() {
        haveOneResult(ProgramGenerator::generate);
    }

    @Test
    void programsWithMapsHaveOneResult() {
        sample = new SampleMachine(block.memory(), SampleMaps.SPECS);
        haveOneResult(ProgramGenerator::generateWithMaps);
    }

    private void haveOneResult(LongFunction<GeneratedProgram> generator) {
        sample.execution().setBudget(BUDGET);
        for (int i = 0; i < PROGRAMS; i++) {
            GeneratedProgram program = generator.apply(FIRST_SEED + i);
            assertInstanceOf(RunResult.Returned.class,
                    run(new Interpreter(), Checking.FULL, program.instructions(),
                            program),
                    () -> "seed " + program.seed());
            for (Checking checking : Checking.values()) {
                assertSame(program, program.instructions(), checking);
            }
            startAnew(i);
        }
    }

    @Test
    void programsThatGoAstrayAreStoppedAtTheSameInstruction() {
        sample.execution().setBudget(BUDGET);
        for (int i = 0; i < PROGRAMS; i++) {
            GeneratedProgram program = ProgramGenerator.generate(FIRST_SEED + i);
            assertSame(program, Mutation.of(program), Checking.FULL);
            startAnew(i);
        }
    }

    private void startAnew(int count) {
        if (count % ROUND == ROUND - 1) {
            engine.close();
            engine = new NativeEngine(kernel, HostProcessor.features());
        }
    }

    private RunResult run(Engine one, Checking checking, List<Insn> instructions, GeneratedProgram program) {
        return RunResult.of(sample, one, checking, instructions, program.memory());
    }

    private boolean differs(Checking checking, List<Insn> instructions, GeneratedProgram program) {
        return !run(engine, checking, instructions, program)
                .equals(run(new Interpreter(), checking, instructions, program));
    }

    private void assertSame(GeneratedProgram program, List<Insn> instructions, Checking checking) {
        if (differs(checking, instructions, program)) {
            List<Insn> smallest = checking == Checking.NONE
                    ? instructions
                    : Minimizer.minimize(instructions, fewer -> differs(checking, fewer, program));
            RunResult expected = run(new Interpreter(), checking, smallest, program);
            String who = "seed %d, native, %s checking".formatted(program.seed(), checking);
            fail("%s: see %s%nexpected: %s%nactual:   %s".formatted(who,
                    CaseFile.save(who, smallest, program.memory(), expected), expected,
                    run(engine, checking, smallest, program)));
        }
    }
}
