package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where a verification is: the current state and instruction, the paths still to be walked, what was found so far. */
final class Walk implements VerifierListener.Known {

    /** The most paths that wait to be walked (include/linux/bpf_verifier.h, BPF_COMPLEXITY_LIMIT_JMP_SEQ). */
    private static final int MAX_PENDING = 8192;

    /** A path that waits. */
    private record Pending(State state, int index, int previous) {}

    private final Program program;
    private final Code code;
    private final VerifierInput input;
    private final Precision precision;
    private final Ids ids = new Ids();
    private final Facts facts;
    private final Map<Integer, Value> references = new HashMap<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private State state = new State();
    private int index;
    private int previous = History.BOUNDARY;
    /** What the instruction at hand is noted to follow. */
    private int notedPrevious = History.BOUNDARY;
    private boolean noted;
    private long walked;
    private long jumps;
    private int peakPending;

    Walk(Program program, Code code, VerifierInput input) {
        this.program = program;
        this.code = code;
        this.input = input;
        this.precision = new Precision(code);
        this.facts = new Facts(code);
        Map<String, PointerTarget> handles = new HashMap<>();
        Map<String, PointerTarget> values = new HashMap<>();
        for (Reference reference : program.references()) {
            references.put(reference.slot(), switch (reference) {
                case Reference.ToMap toMap -> new Pointer(handles.computeIfAbsent(toMap.map(),
                        name -> new PointerTarget.MapHandle(map(name, toMap.slot()))));
                case Reference.ToMapValue toValue -> valueOf(toValue, values.computeIfAbsent(toValue.map(),
                        name -> new PointerTarget.MapValue(map(name, toValue.slot()))));
            });
        }
        state.push(new Frame(0, -1, 0, false));
        state.frame().set(Register.R1, new Pointer(new PointerTarget.Context()));
    }

    private MapSpec map(String name, int slot) {
        MapSpec map = input.maps().get(name);
        if (map == null) {
            throw Refusal.of(RejectionKind.MAP, "there is no map " + name, "declare it, or correct the name");
        }
        return map;
    }

    private static Value valueOf(Reference.ToMapValue reference, PointerTarget target) {
        MapSpec map = ((PointerTarget.MapValue) target).map();
        if (!MapRules.hasDirectValues(map)) {
            throw Refusal.of(RejectionKind.MAP, "map " + map.name() + " has no value at a fixed address",
                    "only an array of one entry has");
        }
        if (reference.offset() < 0 || reference.offset() >= map.valueSize()) {
            throw Refusal.of(RejectionKind.OUT_OF_BOUNDS, "offset " + reference.offset()
                    + " is outside of the value of map " + map.name() + ", which has " + map.valueSize()
                    + " bytes",
                    "");
        }
        return new Pointer(target).at(reference.offset());
    }

    Program program() {
        return program;
    }

    Code code() {
        return code;
    }

    VerifierInput input() {
        return input;
    }

    VerifierInput.Policy policy() {
        return input.policy();
    }

    Facts facts() {
        return facts;
    }

    Precision precision() {
        return precision;
    }

    State state() {
        return state;
    }

    Frame frame() {
        return state.frame();
    }

    int index() {
        return index;
    }

    int previous() {
        return previous;
    }

    int slot() {
        return code.slotOf(index);
    }

    long walked() {
        return walked;
    }

    long jumps() {
        return jumps;
    }

    void countInstruction() {
        walked++;
    }

    void countJump() {
        jumps++;
    }

    int peakPending() {
        return peakPending;
    }

    int newId() {
        return ids.next();
    }

    /** Returns what a 64-bit immediate that names a map gives; null if the instruction names none. */
    Value referenceAt(int slot) {
        return references.get(slot);
    }

    /** Goes on to another instruction of the current path. */
    void follow(int next) {
        previous = index;
        index = next;
    }

    /** Starts an instruction; a state that was just kept is the boundary that the history starts at. */
    void beginStep(boolean kept) {
        noted = false;
        notedPrevious = kept ? History.BOUNDARY : previous;
        if (!kept && previous != index - 1) {
            note();
        }
    }

    /** Notes the last step even though the path ends here. */
    void noteArrival() {
        notedPrevious = previous;
        note();
    }

    private void note() {
        state.history().step(index, notedPrevious);
        noted = true;
    }

    void noteStackAccess(int frame, int slot) {
        if (!noted) {
            note();
        }
        state.history().markStackAccess(frame, slot);
    }

    void noteLinks(int[] places) {
        if (!noted) {
            note();
        }
        state.history().markLinks(places);
    }

    /** Puts a copy of the current state aside, to go on at an instruction later; returns the copy. */
    State fork(int at) {
        if (pending.size() >= MAX_PENDING) {
            throw Refusal.of(RejectionKind.TOO_COMPLEX,
                    "more than " + MAX_PENDING + " branches in a row wait",
                    "split the function, or bound the loop more tightly");
        }
        State other = state.fork();
        other.addBranch();
        pending.push(new Pending(other, at, index));
        peakPending = Math.max(peakPending, pending.size());
        return other;
    }

    /** Takes back the path that was put aside last, which turned out to be impossible. */
    void dropFork() {
        Pending dropped = pending.pop();
        dropped.state().end(new ArrayList<>());
    }

    /** Ends the current path and takes up another; returns false if there is none. */
    boolean nextPath(List<State> finished) {
        state.end(finished);
        Pending next = pending.poll();
        if (next == null) {
            return false;
        }
        state = next.state();
        index = next.index();
        previous = next.previous();
        return true;
    }

    /** Returns what a register holds, which must have a value. */
    Value read(Register register) {
        Value value = frame().get(register);
        if (value instanceof Value.Uninitialised) {
            throw Refusal.of(RejectionKind.UNINITIALISED, register.number(), register + " has no value here",
                    register.number() >= 1 && register.number() <= 5
                            ? "r1 to r5 are lost in every call: keep the value in r6 to r9 or on the stack"
                            : "give it a value on every path that leads here");
        }
        return value;
    }

    void set(Register register, Value value) {
        frame().set(register, value);
    }

    /** Notes that the verdict depends on the number in a register. */
    void markPrecise(Register register) {
        precision.mark(state, index, register.number());
    }

    @Override
    public String describe() {
        StringBuilder text = new StringBuilder();
        if (state.depth() > 1) {
            text.append("frame ").append(state.depth() - 1).append(": ");
        }
        Frame frame = frame();
        for (int register = 0; register < Register.FRAME.number(); register++) {
            if (!(frame.get(register) instanceof Value.Uninitialised)) {
                text.append('r').append(register).append(" = ").append(frame.get(register)).append("; ");
            }
        }
        for (int slotNumber = 0; slotNumber < frame.slots(); slotNumber++) {
            StackSlot stackSlot = frame.slot(slotNumber);
            if (!stackSlot.equals(StackSlot.EMPTY)) {
                text.append("stack ").append(-(slotNumber + 1) * StackSlot.BYTES).append(" = ")
                        .append(stackSlot)
                        .append("; ");
            }
        }
        return text.isEmpty() ? "" : text.substring(0, text.length() - 2);
    }
}
