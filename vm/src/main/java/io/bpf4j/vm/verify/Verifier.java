package io.bpf4j.vm.verify;

import io.bpf4j.vm.explain.Complaint;
import io.bpf4j.vm.explain.Explanation;
import io.bpf4j.vm.explain.Narrator;
import io.bpf4j.vm.flow.ControlFlow;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.program.Program;
/**
 * Decides whether a program may run.
 *
 * <pre>{@code
 * switch (Verifier.verify(program, VerifierInput.of(program.type(), unit))) {
 *     case VerifiedProgram verified -> ...
 *     case Rejection rejection -> System.err.print(rejection.explanation().text());
 * }
 * }</pre>
 */
public final class Verifier {

    private Verifier() {}

    /** Verifies a program. */
    public static Verdict verify(Program program, VerifierInput input) {
        return verify(program, input, VerifierListener.NONE);
    }

    /** Verifies a program, and tells of every step. */
    public static Verdict verify(Program program, VerifierInput input, VerifierListener listener) {
        long start = System.nanoTime();
        Code code;
        try {
            code = new Code(ControlFlow.of(program.instructions()));
        } catch (MalformedProgramException e) {
            return refused(program, RejectionKind.STRUCTURE, e.slot(),
                    e.getMessage().replaceFirst("^instruction \\d+: ", ""), start);
        }
        int unreachable = code.unreachable();
        if (unreachable >= 0) {
            return refused(program, RejectionKind.STRUCTURE, code.slotOf(unreachable),
                    "nothing leads to this instruction", start);
        }
        if (code.kernelCall() >= 0) {
            return refused(program, RejectionKind.UNSUPPORTED, code.slotOf(code.kernelCall()),
                    "calls a kernel function by its BTF id, which does not exist here", start);
        }
        Walk walk;
        try {
            walk = new Walk(program, code, input);
        } catch (Refusal refusal) {
            return refused(program, refusal.kind(), 0, refusal.getMessage(), start);
        }
        Explorer explorer = new Explorer(walk, listener);
        try {
            explorer.explore();
        } catch (Refusal refusal) {
            return new Trail(walk).explain(refusal, statistics(walk, explorer, start));
        }
        try {
            int stack = new StackDepth(code, walk.facts(), program.type()).check();
            return new VerifiedProgram(program, input, statistics(walk, explorer, start), walk.facts(),
                    stack);
        } catch (Refusal refusal) {
            return rejection(program, refusal.kind(), 0, refusal.getMessage(), refusal.hint(),
                    statistics(walk, explorer, start));
        }
    }

    private static Verdict.Statistics statistics(Walk walk, Explorer explorer, long start) {
        return new Verdict.Statistics(walk.walked(), explorer.states().kept(), explorer.states().peak(),
                System.nanoTime() - start);
    }

    private static Rejection refused(Program program, RejectionKind kind, int slot, String reason,
            long start) {
        return rejection(program, kind, slot, reason, "",
                new Verdict.Statistics(0, 0, 0, System.nanoTime() - start));
    }

    private static Rejection rejection(Program program, RejectionKind kind, int slot, String reason,
            String hint,
            Verdict.Statistics statistics) {
        Explanation explanation = new Narrator(program, Instructions.of(program.instructions()),
                new int[]{slot})
                .explain(new Complaint(reason, hint, -1, ""));
        return new Rejection(kind, reason, explanation, statistics);
    }
}
