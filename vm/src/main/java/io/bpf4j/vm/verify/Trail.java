package io.bpf4j.vm.verify;

import io.bpf4j.vm.explain.Complaint;
import io.bpf4j.vm.explain.Narrator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The way that a program came to the instruction that is refused, as the histories of its states tell it. */
final class Trail {

    /** What lies further back is left out. */
    private static final int MAX_STEPS = 20_000;

    private final Walk walk;

    Trail(Walk walk) {
        this.walk = walk;
    }

    Rejection explain(Refusal refusal, Verdict.Statistics statistics) {
        String holds = refusal.register() < 0 ? "" : holds(walk.frame().get(refusal.register()));
        Complaint complaint = new Complaint(refusal.getMessage(), refusal.hint(), refusal.register(), holds,
                refusal.space(), "");
        Narrator narrator = new Narrator(walk.program(), walk.code().instructions(), slots());
        return new Rejection(refusal.kind(), refusal.getMessage(), narrator.explain(complaint), statistics);
    }
    private String holds(Value value) {
        if (value instanceof Pointer pointer && pointer.target() instanceof PointerTarget.MapValue(var map)
                && pointer.isFixed()) {
            return walk.input().globalsOf(map.name()).stream()
                    .filter(global -> global.offset() <= pointer.fixedOffset()
                            && pointer.fixedOffset() < global.offset() + global.type().size())
                    .findFirst()
                    .map(global -> "a pointer to the variable " + global.name()).orElseGet(value::toString);
        }
        return value.toString();
    }

    /** Returns the slots that were walked, the last one being the instruction at hand. */
    private int[] slots() {
        List<Integer> slots = new ArrayList<>();
        int index = walk.index();
        for (State state = walk.state(); state != null; state = state.parent()) {
            index = collect(state, index, slots);
            if (slots.size() >= MAX_STEPS || state.parent() == null || state.parent().lastIndex() < 0) {
                break;
            }
            index = state.parent().lastIndex();
        }
        Collections.reverse(slots);
        return slots.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Adds what was walked since a state was kept, last one first. */
    private int collect(State state, int from, List<Integer> slots) {
        History history = state.history();
        int step = history.size();
        int index = from;
        while (slots.size() < MAX_STEPS) {
            slots.add(walk.code().slotOf(index));
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
        return index;
    }
}
