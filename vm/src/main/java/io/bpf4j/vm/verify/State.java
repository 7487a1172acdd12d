package io.bpf4j.vm.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What is known at one point of one path: the active functions and the references held. The current state is changed
 * step by step; states that are kept to compare with are copies that never change but for their marks.
 */
final class State {

    /**
     * Something that must be given back.
     *
     * @param slot where it was taken
     */
    record Reference(int id, int slot, String name) {}

    private final List<Frame> frames = new ArrayList<>();
    private List<Reference> references = List.of();
    /** The latest state that was kept on the way here. */
    private State parent;
    /** How many paths from here are not yet walked to their end. */
    private int branches = 1;
    private History history = new History();
    private int firstIndex;
    private int lastIndex;
    /** How many callbacks were entered on the way. */
    private int unrollDepth;
    /** The first of a path that goes in circles through this state and that is not yet fully walked. */
    private State circle;

    State() {}

    /** Returns a state for another path from here. */
    State fork() {
        State copy = new State();
        frames.forEach(frame -> copy.frames.add(frame.copy()));
        copy.references = references;
        copy.parent = parent;
        copy.history = history.copy();
        copy.firstIndex = firstIndex;
        copy.lastIndex = lastIndex;
        copy.unrollDepth = unrollDepth;
        return copy;
    }

    /** Keeps a copy of this state, which becomes its parent. */
    State keep(int index, int previousIndex) {
        State kept = fork();
        kept.history = history;
        kept.lastIndex = previousIndex;
        parent = kept;
        firstIndex = index;
        history = new History();
        frames.forEach(Frame::clearWritten);
        return kept;
    }

    Frame frame() {
        return frames.getLast();
    }

    Frame frame(int number) {
        return frames.get(number);
    }

    int depth() {
        return frames.size();
    }

    List<Frame> frames() {
        return frames;
    }

    void push(Frame frame) {
        frames.add(frame);
    }

    Frame pop() {
        return frames.removeLast();
    }

    List<Reference> references() {
        return references;
    }

    void acquire(Reference reference) {
        List<Reference> more = new ArrayList<>(references);
        more.add(reference);
        references = List.copyOf(more);
    }

    boolean release(int id) {
        int before = references.size();
        references = references.stream().filter(reference -> reference.id() != id).toList();
        return references.size() < before;
    }

    State parent() {
        return parent;
    }

    int branches() {
        return branches;
    }

    /** Notes that another path goes on from this state's parent. */
    void addBranch() {
        if (parent != null) {
            parent.branches++;
        }
    }

    /** Notes that the path ends here; returns the states that are now walked to their end. */
    void end(List<State> finished) {
        for (State state = this; state != null && --state.branches == 0; state = state.parent) {
            finished.add(state);
        }
    }

    History history() {
        return history;
    }

    /** Returns the index of the first instruction after the parent state. */
    int firstIndex() {
        return firstIndex;
    }

    /** Returns the index of the last instruction before this state was kept. */
    int lastIndex() {
        return lastIndex;
    }

    int unrollDepth() {
        return unrollDepth;
    }

    void addUnrollDepth() {
        unrollDepth++;
    }

    State circle() {
        return circle;
    }

    void setCircle(State header) {
        circle = header;
    }

    /** Replaces values everywhere: in all registers and spilled ones of all frames. */
    void replace(Function<Value, Value> change) {
        for (Frame frame : frames) {
            for (int register = 0; register < frame.registers(); register++) {
                frame.set(register, change.apply(frame.get(register)));
            }
            for (int index = 0; index < frame.slots(); index++) {
                StackSlot slot = frame.slot(index);
                if (slot.isSpill()) {
                    Value changed = change.apply(slot.spilled());
                    if (changed != slot.spilled()) {
                        frame.setSlot(index, slot.withSpilled(changed));
                    }
                }
            }
        }
    }

    /** Makes numbers of all addresses of the packet, which may have moved. */
    void forgetPackets() {
        replace(value -> value instanceof Pointer pointer
                && (pointer.isPacket() || pointer.target() instanceof PointerTarget.PacketEnd)
                        ? Scalar.UNKNOWN
                        : value);
    }

    /** Notes that slots of a frame are read, in all earlier states until they were written; returns if that is new. */
    boolean markRead(int frame, long slots) {
        boolean changed = false;
        long left = slots;
        State state = this;
        while (left != 0 && frame < state.depth()) {
            left &= ~state.frame(frame).writtenSlots();
            state = state.parent;
            if (state == null || frame >= state.depth()) {
                break;
            }
            left = state.frame(frame).addReadSlots(left);
            changed |= left != 0;
        }
        return changed;
    }
}
