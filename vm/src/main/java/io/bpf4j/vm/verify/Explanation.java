package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.RegisterEffects;
import io.bpf4j.vm.isa.RegisterSet;
import io.bpf4j.vm.verify.Rejection.PathStep;
import io.bpf4j.vm.verify.Rejection.RegisterFacts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Says how a program came to the instruction that is refused: goes back along the path, and keeps the steps that had to
 * do with the register to blame.
 */
final class Explanation {

    /** More steps than this tell nobody anything. */
    private static final int MAX_STEPS = 8;
    private static final int MAX_BRANCHES = 4;
    private static final int MAX_DISTANCE = 20_000;

    private final Walk walk;
    private final List<PathStep> steps = new ArrayList<>();
    /** The registers that have to do with the one to blame, as bits. */
    private int wanted;
    private int frame;
    private boolean everyBranch;
    private int maxSteps;

    Explanation(Walk walk) {
        this.walk = walk;
    }

    Rejection of(Refusal refusal, Verdict.Statistics statistics) {
        Optional<RegisterFacts> facts = Optional.empty();
        if (refusal.register() >= 0) {
            wanted = 1 << refusal.register() & ~(1 << Register.FRAME.number());
            Value value = walk.frame().get(refusal.register());
            facts = Optional.of(new RegisterFacts(refusal.register(), value.toString()));
        }
        // Where something is missing, the way is the reason, whatever it depended on.
        everyBranch = refusal.kind() == RejectionKind.REFERENCE
                || refusal.kind() == RejectionKind.UNINITIALISED;
        maxSteps = everyBranch ? MAX_BRANCHES : MAX_STEPS;
        frame = walk.state().depth();
        goBack();
        Collections.reverse(steps);
        return new Rejection(refusal.kind(), walk.slot(), Verifier.line(walk.program(), walk.slot()),
                refusal.getMessage(), refusal.hint(), facts, steps, statistics);
    }

    private void goBack() {
        int index = walk.index();
        int next = -1;
        int distance = 0;
        for (State state = walk.state(); state != null; state = state.parent()) {
            History history = state.history();
            int step = history.size();
            while (steps.size() < maxSteps && distance++ < MAX_DISTANCE) {
                if (next >= 0) {
                    look(index, next);
                }
                next = index;
                if (step > 0 && history.index(step - 1) == index) {
                    index = history.previous(--step);
                    if (index == History.BOUNDARY) {
                        break;
                    }
                } else if (step == 0 && index == state.firstIndex() || index == 0) {
                    break;
                } else {
                    index--;
                }
            }
            if (steps.size() == maxSteps || state.parent() == null || state.parent().lastIndex() < 0) {
                return;
            }
            index = state.parent().lastIndex();
        }
    }

    private void look(int index, int next) {
        Insn insn = walk.code().at(index);
        switch (insn) {
            case Insn.Exit exit -> frame++;
            case Insn.CallFunction call when next != index + 1 -> frame--;
            default -> {
                if (frame == walk.state().depth()) {
                    lookInFrame(insn, index, next);
                }
            }
        }
    }

    private void lookInFrame(Insn insn, int index, int next) {
        if (insn instanceof Branch branch) {
            if (everyBranch || isWanted(branch.left())
                    || branch.right() instanceof Register right && isWanted(right)) {
                boolean taken = next == walk.code().targetOf(index);
                add(index, "`" + Words.of(branch) + "` is " + (taken ? "true" : "false"));
            }
            return;
        }
        RegisterEffects effects = RegisterEffects.of(insn);
        if ((effects.defines().bits() & wanted) != 0) {
            add(index, words(insn, index));
            boolean replaces = !(insn instanceof Alu alu) || alu.operation() == AluOperation.MOVE;
            wanted = replaces ? wanted & ~effects.defines().bits() : wanted;
            if (!(insn instanceof CallHelper)) {
                wanted |= effects.uses().bits() & ~RegisterSet.of(Register.FRAME).bits();
            }
        } else if ((effects.clobbers().bits() & wanted) != 0) {
            add(index, Words.of(insn) + ", which takes r1 to r5");
            wanted &= ~effects.clobbers().bits();
        }
    }

    private String words(Insn insn, int index) {
        Value reference = walk.referenceAt(walk.code().slotOf(index));
        return insn instanceof LoadImmediate64 load && reference != null
                ? load.dst() + " = " + reference
                : Words.of(insn);
    }

    private boolean isWanted(Register register) {
        return (wanted & 1 << register.number()) != 0;
    }

    private void add(int index, String what) {
        int slot = walk.code().slotOf(index);
        PathStep step = new PathStep(slot, Verifier.line(walk.program(), slot), what);
        if (!steps.contains(step)) {
            steps.add(step);
        }
    }
}
