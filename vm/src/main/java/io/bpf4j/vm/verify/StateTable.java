package io.bpf4j.vm.verify;

import io.bpf4j.vm.verify.StateComparison.Mode;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;

/**
 * The states that were kept on the way, to end paths that can show nothing new (kernel/bpf/verifier.c,
 * is_state_visited). How often states are kept, and when they are thrown away, follows the kernel.
 */
final class StateTable {

    /** A history of more steps than this is cut by keeping a state. */
    private static final int MAX_HISTORY = 40;
    private static final int MIN_JUMPS = 2;
    private static final int MIN_INSTRUCTIONS = 8;
    private static final int LOOP_JUMPS = 20;
    private static final int LOOP_INSTRUCTIONS = 100;

    /** A kept state and how well it did. */
    private static final class Entry {
        private final State state;
        private int hits;
        private int misses;

        private Entry(State state) {
            this.state = state;
        }
    }

    /** What a visit of a prune point comes to. */
    enum Visit {
        /** Nothing new can happen: the path ends. */
        COVERED,
        /** The state was kept. */
        KEPT,
        /** The state was not kept. */
        PASSED
    }

    private final Walk walk;
    private final StateComparison comparison;
    private final Circles circles;
    private final Map<Long, List<Entry>> entries = new HashMap<>();
    private long jumpsAtLast;
    private long walkedAtLast;
    private int kept;
    private int current;
    private int peak;

    StateTable(Walk walk) {
        this.walk = walk;
        this.comparison = new StateComparison(walk.code(), walk.policy().pointerLeaks());
        this.circles = new Circles(walk.precision());
    }

    int kept() {
        return kept;
    }

    int peak() {
        return peak;
    }

    private static long key(State state, int index) {
        return (long) state.frame().callSite() << 32 | index;
    }

    /** Comes to an instruction at which paths may end or states are kept. */
    Visit visit() {
        State state = walk.state();
        int index = walk.index();
        boolean forced = walk.code().callsBack(index) || state.history().size() > MAX_HISTORY;
        boolean keep = forced || walk.jumps() - jumpsAtLast >= MIN_JUMPS
                && walk.walked() - walkedAtLast >= MIN_INSTRUCTIONS;
        List<Entry> here = entries.computeIfAbsent(key(state, index), key -> new LinkedList<>());
        for (Iterator<Entry> iterator = here.iterator(); iterator.hasNext();) {
            Entry entry = iterator.next();
            if (isCovered(entry.state, state, index)) {
                entry.hits++;
                return Visit.COVERED;
            }
            if (entry.state.branches() > 0 && !forced && walk.jumps() - jumpsAtLast < LOOP_JUMPS
                    && walk.walked() - walkedAtLast < LOOP_INSTRUCTIONS) {
                keep = false;
            }
            entry.misses += keep ? 1 : 0;
            int patience = walk.code().callsBack(index) && entry.state.branches() > 0 ? 64 : 3;
            if (entry.misses > entry.hits * patience + patience) {
                iterator.remove();
                current--;
            }
        }
        if (!keep) {
            return Visit.PASSED;
        }
        // The newest first, as in the kernel: the order decides which states are found useless and thrown away.
        here.addFirst(new Entry(state.keep(index, walk.previous())));
        jumpsAtLast = walk.jumps();
        walkedAtLast = walk.walked();
        kept++;
        peak = Math.max(peak, ++current);
        return Visit.KEPT;
    }

    private boolean isCovered(State old, State state, int index) {
        boolean open = old.branches() > 0;
        if (open && !walk.code().callsBack(index)) {
            if (old.unrollDepth() == state.unrollDepth() && comparison.covers(old, state, index, Mode.SAME)) {
                throw Refusal.of(RejectionKind.INFINITE_LOOP,
                        "comes here again with nothing changed, so that the loop never ends",
                        "count the rounds, and end the loop at a constant");
            }
            return false;
        }
        boolean incomplete = open || circles.isOpen(old);
        if (!comparison.covers(old, state, index, incomplete ? Mode.WITHIN : Mode.COVERED)) {
            return false;
        }
        walk.noteArrival();
        if (incomplete) {
            circles.close(old, state, index);
        }
        circles.propagate(old, state, index);
        return true;
    }

    /** Notes that states are walked to their end. */
    void finished(List<State> states) {
        circles.finished(states);
    }

    /**
     * Forgets numbers that differ from those of the round before and have not mattered, so that the rounds of a
     * callback come to an end (kernel/bpf/verifier.c, widen_imprecise_scalars).
     */
    void widen(State state, int index) {
        for (Entry entry : entries.getOrDefault(key(state, index), List.of())) {
            if (entry.state.branches() > 0 && entry.state.depth() == state.depth()) {
                widen(entry.state, state);
                return;
            }
        }
    }

    private static void widen(State old, State state) {
        for (Frame frame : state.frames()) {
            Frame before = old.frame(frame.number());
            for (int register = 0; register < frame.registers(); register++) {
                if (differs(before.get(register), frame.get(register), before.isPrecise(register))) {
                    frame.set(register, Scalar.UNKNOWN);
                }
            }
            for (int index = 0; index < Math.min(frame.slots(), before.slots()); index++) {
                StackSlot slot = frame.slot(index);
                if (slot.isSpill() && before.slot(index).isSpill()
                        && differs(before.slot(index).spilled(), slot.spilled(),
                                before.isPreciseSlot(index))) {
                    frame.setSlot(index, slot.withSpilled(Scalar.UNKNOWN));
                }
            }
        }
    }

    private static boolean differs(Value old, Value now, boolean precise) {
        return !precise && old instanceof Scalar one && now instanceof Scalar other
                && !one.range().equals(other.range());
    }
}
