package io.bpf4j.vm.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * Paths that end in a state that is itself still being walked: the rounds of callbacks. What matters from such a state
 * on is known only when it is walked to its end, and then goes round until nothing is added (kernel/bpf/verifier.c,
 * propagate_backedges).
 */
final class Circles {

    /** A path that ended in a state. */
    private record Edge(State from, int index, State to) {}

    private final Precision precision;
    private final List<Edge> edges = new ArrayList<>();

    Circles(Precision precision) {
        this.precision = precision;
    }

    /** Returns whether what matters from a state on is not yet known. */
    boolean isOpen(State state) {
        return state.circle() != null && state.circle().branches() > 0;
    }

    /** Notes that the path to a state ends in another that is not fully walked, or that leads to such a one. */
    void close(State old, State current, int index) {
        State header = isOpen(old) ? old.circle() : old;
        for (State state = current.parent(); state != null; state = state.parent()) {
            if (isOpen(state) && isBefore(state.circle(), header)) {
                header = state.circle();
            }
            if (state == header) {
                break;
            }
        }
        for (State state = current.parent(); state != null; state = state.parent()) {
            state.setCircle(header);
            if (state == header) {
                break;
            }
        }
        if (old.branches() == 0) {
            old.setCircle(header);
        }
        edges.add(new Edge(current, index, old));
    }

    /** Returns whether one state is on the way to another. */
    private static boolean isBefore(State first, State second) {
        for (State state = second.parent(); state != null; state = state.parent()) {
            if (state == first) {
                return true;
            }
        }
        return false;
    }

    /** Hands on what matters from one state on to the path that ends in it; returns whether that is new. */
    boolean propagate(State old, State current, int index) {
        boolean changed = false;
        for (Frame frame : old.frames()) {
            changed |= current.markRead(frame.number(), frame.readSlots());
        }
        return changed | precision.propagate(old, current, index);
    }

    void finished(List<State> states) {
        if (edges.isEmpty() || states.stream().noneMatch(state -> state.circle() == state)) {
            return;
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Edge edge : edges) {
                changed |= propagate(edge.to(), edge.from(), edge.index());
            }
        }
        edges.removeIf(edge -> !isOpen(edge.to()) && edge.to().branches() == 0);
    }
}
