package io.bpf4j.vm.verify;

import io.bpf4j.vm.verify.Scalar.Shift;

/**
 * Whether what was proved from one state holds for another (kernel/bpf/verifier.c, states_equal): whatever is possible
 * in the current one must have been possible in the old one.
 */
final class StateComparison {

    /** How closely states are compared. */
    enum Mode {
        /** The old state is walked to its end: what did not matter from there on need not be equal. */
        COVERED,
        /** The old state is not walked to its end, so that every number must lie in the old range. */
        WITHIN,
        /** Nothing differs. */
        SAME
    }

    private final Code code;
    private final IdMap ids = new IdMap();
    /** Far above all ids of states. */
    private Ids fresh = new Ids();
    private Mode mode;

    /** Whether the stack may be read before it is written, and addresses as numbers. */
    private final boolean lenient;

    StateComparison(Code code, boolean lenient) {
        this.code = code;
        this.lenient = lenient;
    }

    boolean covers(State old, State current, int index, Mode how) {
        if (old.depth() != current.depth() || old.references().size() != current.references().size()) {
            return false;
        }
        ids.clear();
        fresh = new Ids(1 << 30);
        mode = how;
        for (int i = 0; i < old.references().size(); i++) {
            if (!ids.matches(old.references().get(i).id(), current.references().get(i).id())) {
                return false;
            }
        }
        for (int number = 0; number < old.depth(); number++) {
            Frame one = old.frame(number);
            Frame other = current.frame(number);
            int at = number == old.depth() - 1 ? index : old.frame(number + 1).callSite();
            if (one.callSite() != other.callSite() || one.entry() != other.entry()
                    || one.callbackDepth() > other.callbackDepth() || !covers(one, other, at)) {
                return false;
            }
        }
        return true;
    }

    private boolean covers(Frame old, Frame current, int index) {
        int live = code.liveBefore(index);
        for (int register = 0; register < old.registers(); register++) {
            if ((live & 1 << register) != 0
                    && !covers(old.get(register), current.get(register), old.isPrecise(register))) {
                return false;
            }
        }
        for (int slot = 0; slot < old.slots(); slot++) {
            boolean matters = mode != Mode.COVERED || (old.readSlots() & 1L << slot) != 0;
            if (matters && !coversSlot(old, current, slot)) {
                return false;
            }
        }
        return mode != Mode.SAME || old.slots() == current.slots();
    }

    private boolean coversSlot(Frame oldFrame, Frame currentFrame, int index) {
        StackSlot old = oldFrame.slot(index);
        StackSlot current = currentFrame.slot(index);
        if (mode == Mode.SAME) {
            return old.kinds() == current.kinds()
                    && (!old.isSpill() || covers(old.spilled(), current.spilled(), true));
        }
        Scalar oldNumber = number(old);
        Scalar currentNumber = number(current);
        if (oldNumber != null && currentNumber != null) {
            return covers(oldNumber, currentNumber, oldFrame.isPreciseSlot(index));
        }
        for (int at = 0; at < StackSlot.BYTES; at++) {
            int kind = old.kind(at);
            if (kind != current.kind(at) && kind != StackSlot.INVALID
                    && !(kind == StackSlot.UNKNOWN && isNumber(current, at))) {
                return false;
            }
        }
        return !old.isSpill() || covers(old.spilled(), current.spilled(), oldFrame.isPreciseSlot(index));
    }

    /** Returns whether a byte may be read where any number is expected. */
    private boolean isNumber(StackSlot slot, int at) {
        return lenient || switch (slot.kind(at)) {
            case StackSlot.UNKNOWN, StackSlot.ZERO -> true;
            case StackSlot.SPILLED -> slot.spilled() instanceof Scalar;
            default -> false;
        };
    }

    /** Returns what a load of the whole slot gives, if it is a number. */
    private Scalar number(StackSlot slot) {
        if (slot.isWholeSpill() && slot.spilled() instanceof Scalar scalar) {
            return scalar;
        }
        return slot.isUnknown() && (lenient || !slot.hasInvalid()) ? Scalar.UNKNOWN : null;
    }

    private boolean covers(Value old, Value current, boolean precise) {
        return switch (old) {
            case Value.Uninitialised nothing -> mode != Mode.SAME || current instanceof Value.Uninitialised;
            case Scalar scalar -> current instanceof Scalar other && coversScalar(scalar, other, precise);
            case Pointer pointer -> current instanceof Pointer other && coversPointer(pointer, other);
        };
    }

    private boolean coversScalar(Scalar old, Scalar current, boolean precise) {
        if (mode == Mode.SAME) {
            return old.range().equals(current.range()) && old.shift() == current.shift()
                    && old.delta() == current.delta() && ids.matches(old.id(), current.id());
        }
        if (mode == Mode.COVERED && !precise) {
            return true;
        }
        return old.shift() == current.shift()
                && (old.shift() == Shift.NONE || old.delta() == current.delta())
                && old.range().contains(current.range()) && ids.matchesScalar(old.id(), current.id(), fresh);
    }

    private boolean coversPointer(Pointer old, Pointer current) {
        if (old.nullable() != current.nullable() || old.offset() != current.offset()
                || old.target() != current.target() && !old.target().equals(current.target())
                || !ids.matches(old.id(), current.id())
                || !ids.matches(old.reference(), current.reference())) {
            return false;
        }
        if (mode == Mode.SAME || old.isStack()) {
            return old.variable().equals(current.variable()) && old.packetRange() == current.packetRange();
        }
        return old.packetRange() <= current.packetRange() && old.variable().contains(current.variable());
    }
}
