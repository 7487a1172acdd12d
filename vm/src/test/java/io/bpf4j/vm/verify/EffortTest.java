package io.bpf4j.vm.verify;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Programs with very many paths are proved in few steps; how many is what is asserted, not how long it takes. */
class EffortTest {

    private static final MapSpec VALUES = new MapSpec("values", MapKind.ARRAY, IntType.U32,
            new ArrayType(IntType.U8, 64), 1, 0, new MapRole.Plain());

    /** States are kept at most as often (kernel/bpf/verifier.c, is_state_visited). */
    private static final int STEPS_FOR_A_STATE = 8;

    private static Verdict.Statistics accepted(String text) {
        Assembly assembly = Assembler.assemble(text);
        Program program = new Program("effort", ProgramType.KPROBE, new AttachSpec.Manual(),
                assembly.instructions(),
                assembly.references(), List.of(), List.of());
        Verdict verdict = Verifier.verify(program, VerifierInput.of(program.type(), List.of(VALUES), "GPL"));
        return assertInstanceOf(VerifiedProgram.class, verdict, verdict::toString).statistics();
    }

    private static void assertAtMost(long limit, Verdict.Statistics statistics) {
        assertTrue(statistics.instructions() <= limit, statistics::toString);
        assertTrue(statistics.peakStates() <= limit / STEPS_FOR_A_STATE, statistics::toString);
    }

    @Test
    void aMillionPathsThroughDiamondsAreFewSteps() {
        StringBuilder text = new StringBuilder("r7 = *(u64 *)(r1 + 0)\nr6 = 0\n");
        for (int i = 0; i < 20; i++) {
            text.append("if r7 & ").append(1 << i).append(" goto d").append(i)
                    .append("\nr6 += 1\nr8 = r6\nr8 *= 3\n")
                    .append("r6 ^= r8\nd").append(i).append(":\nr6 += ").append(i).append('\n');
        }
        assertAtMost(2_000, accepted(text + "r0 = r6\nexit\n"));
    }

    @Test
    void diamondsWhoseNumbersMatterAreWalkedForEachNumber() {
        StringBuilder text = new StringBuilder("r7 = *(u64 *)(r1 + 0)\nr6 = 0\n");
        for (int i = 0; i < 40; i++) {
            text.append("if r7 & ").append(i + 1).append(" goto d").append(i).append("\nr6 += 1\nd").append(i)
                    .append(":\n");
        }
        text.append("r1 = map[values][0] ll\nr1 += r6\nr0 = *(u8 *)(r1 + 0)\nexit\n");
        assertAtMost(10_000, accepted(text.toString()));
    }

    @Test
    void nestedLoopsAreWalkedOnceEach() {
        String text = """
                r6 = 0
                outer:
                r7 = 0
                middle:
                r8 = 0
                inner:
                r8 += 1
                if r8 < 20 goto inner
                r7 += 1
                if r7 < 20 goto middle
                r6 += 1
                if r6 < 20 goto outer
                r0 = 0
                exit
                """;
        assertAtMost(40_000, accepted(text));
    }

    @Test
    void branchesInALoopDoNotMultiply() {
        String text = """
                r9 = r1
                r6 = 0
                r7 = 0
                again:
                call bpf_get_prandom_u32
                if r0 == 0 goto skip
                r7 += 1
                skip:
                if r0 == 1 goto other
                r7 += 2
                other:
                r6 += 1
                if r6 < 100 goto again
                r0 = 0
                exit
                """;
        assertAtMost(5_000, accepted(text));
    }

    @Test
    void aLongProgramTakesAboutAsManyStepsAsItHasInstructions() {
        StringBuilder text = new StringBuilder("r6 = r1\n");
        int blocks = 250;
        for (int i = 0; i < blocks; i++) {
            String end = "e" + i;
            text.append("r7 = *(u64 *)(r6 + ").append(i % 21 * 8).append(")\n*(u64 *)(r10 - 16) = r7\n")
                    .append("r1 = r10\nr1 += -16\nr2 = 8\nr3 = r7\ncall bpf_probe_read_user\nif r0 != 0 goto ")
                    .append(end)
                    .append("\nr1 = *(u64 *)(r10 - 16)\nr1 &= 56\nr2 = map[values][0] ll\nr2 += r1\n")
                    .append("r3 = *(u64 *)(r2 + 0)\nr3 += 1\n*(u64 *)(r2 + 0) = r3\n").append(end)
                    .append(":\n");
        }
        assertAtMost(6 * 16L * blocks, accepted(text + "r0 = 0\nexit\n"));
    }

    @Test
    void aCallbackIsWalkedAFewTimesHoweverOftenItRuns() {
        String text = """
                *(u64 *)(r10 - 8) = 0
                r1 = 8000000
                r2 = subprog[round] ll
                r3 = r10
                r3 += -8
                r4 = 0
                call bpf_loop
                r0 = 0
                exit
                round:
                r3 = *(u64 *)(r2 + 0)
                r3 += r1
                *(u64 *)(r2 + 0) = r3
                r0 = 0
                exit
                """;
        assertAtMost(200, accepted(text));
    }
}
