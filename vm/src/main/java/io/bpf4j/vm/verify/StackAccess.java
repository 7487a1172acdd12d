package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.Register;

/** Reads and writes of the stack (kernel/bpf/verifier.c, check_stack_read and check_stack_write). */
final class StackAccess {

    /** The greatest offset that may be added to an address (include/linux/bpf_verifier.h, BPF_MAX_VAR_OFF). */
    private static final long MAX_OFFSET = 1 << 29;

    private final Walk walk;

    StackAccess(Walk walk) {
        this.walk = walk;
    }

    private static int slotOf(long offset) {
        return (int) (-offset - 1) / StackSlot.BYTES;
    }

    private static int byteOf(long offset) {
        return (int) (-offset - 1) % StackSlot.BYTES;
    }

    /**
     * Checks that an access lies in the frame, whatever the variable part of the address is.
     *
     * @param offset the constant part
     */
    void checkBounds(int register, Pointer pointer, long offset, int bytes, boolean write) {
        ScalarRange variable = pointer.variable();
        if (!variable.isConstant()
                && (variable.signedMax() >= MAX_OFFSET || variable.signedMin() <= -MAX_OFFSET)) {
            throw Refusal.of(RejectionKind.STACK_BOUNDS, register, "r" + register
                    + " points into the stack at an offset without bounds: " + variable,
                    "bound the index with & or a comparison first");
        }
        long first = offset + variable.signedMin();
        long end = offset + variable.signedMax() + bytes;
        if (first < -Frame.STACK_BYTES || end > 0) {
            throw Refusal.of(RejectionKind.STACK_BOUNDS, register, (write ? "writes " : "reads ") + bytes
                    + (bytes == 1 ? " byte" : " bytes") + " of the stack at " + place(first, offset, variable)
                    + "; the function's stack is " + -Frame.STACK_BYTES + " to 0",
                    first < -Frame.STACK_BYTES ? "keep large data in a map" : "");
        }
        Frame frame = frameOf(pointer);
        walk.facts().useStack(frame.entry(), (int) -first);
    }

    private static String place(long first, long offset, ScalarRange variable) {
        return variable.isConstant() ? "offset " + first : "offset " + offset + " + " + variable;
    }

    private Frame frameOf(Pointer pointer) {
        return walk.state().frame(((PointerTarget.Stack) pointer.target()).frame());
    }

    private void markRead(Frame frame, int from, int to) {
        long slots = 0;
        for (int slot = from; slot <= to; slot++) {
            slots |= 1L << slot;
        }
        walk.state().markRead(frame.number(), slots);
    }

    /**
     * Reads from the stack.
     *
     * @param offset the constant part of the address
     */
    Value read(Pointer pointer, long offset, int bytes) {
        Frame frame = frameOf(pointer);
        if (!pointer.isFixed()) {
            long first = offset + pointer.variable().signedMin();
            long last = offset + pointer.variable().signedMax() + bytes - 1;
            checkReadable(frame, first, last, false);
            return stored(frame, first, last);
        }
        long at = offset + pointer.variable().value();
        int index = slotOf(at);
        StackSlot slot = frame.slot(index);
        markRead(frame, slotOf(at + bytes - 1), index);
        if (!slot.isSpill()) {
            checkReadable(frame, at, at + bytes - 1, false);
            return stored(frame, at, at + bytes - 1);
        }
        int spilled = slot.spillSize();
        if (bytes == StackSlot.BYTES && spilled == StackSlot.BYTES) {
            return fill(frame, index);
        }
        if (!(slot.spilled() instanceof Scalar number)) {
            throw Refusal.of(RejectionKind.POINTER_LEAK, "reads only " + bytes + " bytes of "
                    + slot.spilled() + " that was stored on the stack", "load all 8 bytes of it");
        }
        if (bytes <= spilled && at % StackSlot.BYTES == 0) {
            return fillPart(frame, index, number, bytes);
        }
        checkReadable(frame, at, at + bytes - 1, false);
        return number.isZero() && isAll(slot, at, bytes, StackSlot.SPILLED)
                ? noteFill(frame, index, Scalar.ZERO)
                : stored(frame, at, at + bytes - 1);
    }

    private Value fill(Frame frame, int index) {
        StackSlot slot = frame.slot(index);
        if (slot.spilled() instanceof Scalar number && number.id() == 0 && !number.range().isConstant()) {
            slot = slot.withSpilled(number.withId(walk.newId()));
            frame.setSlot(index, slot);
        }
        return noteFill(frame, index, slot.spilled());
    }

    private Value fillPart(Frame frame, int index, Scalar number, int bytes) {
        Scalar filled = number;
        boolean fits = number.range().width() <= bytes * Byte.SIZE;
        if (bytes == Integer.BYTES && fits && number.id() == 0 && !number.range().isConstant()) {
            filled = number.withId(walk.newId());
            frame.setSlot(index, frame.slot(index).withSpilled(filled));
        }
        return noteFill(frame, index, fits ? filled : filled.withoutId());
    }

    private Value noteFill(Frame frame, int index, Value value) {
        walk.noteStackAccess(frame.number(), index);
        return value;
    }

    private static boolean isAll(StackSlot slot, long offset, int bytes, int kind) {
        for (int i = 0; i < bytes; i++) {
            if (slot.kind(byteOf(offset + i)) != kind) {
                return false;
            }
        }
        return true;
    }

    /** Returns the number that bytes make up: zero if all are, else unknown. */
    private Scalar stored(Frame frame, long first, long last) {
        for (long at = first; at <= last; at++) {
            if (frame.slot(slotOf(at)).kind(byteOf(at)) != StackSlot.ZERO) {
                return Scalar.UNKNOWN;
            }
        }
        return Scalar.ZERO;
    }

    /**
     * Checks that bytes may be read, by the program or a helper.
     *
     * @param changed whether a helper changes them too, so that what they were is lost
     */
    void checkReadable(Frame frame, long first, long last, boolean changed) {
        markRead(frame, slotOf(last), slotOf(first));
        for (long at = first; at <= last; at++) {
            int index = slotOf(at);
            StackSlot slot = frame.slot(index);
            boolean uninitialised = slot.kind(byteOf(at)) == StackSlot.INVALID;
            boolean pointer = slot.isSpill() && slot.spilled() instanceof Pointer;
            if ((uninitialised || pointer) && !walk.policy().pointerLeaks()) {
                throw Refusal.of(uninitialised ? RejectionKind.UNINITIALISED : RejectionKind.POINTER_LEAK,
                        "reads the stack at offset " + at + (uninitialised
                                ? ", where nothing was written"
                                : ", where " + slot.spilled() + " is stored"),
                        uninitialised ? "set it to zero first" : "");
            }
            if (changed) {
                frame.setSlot(index, slot.scrubbed().withKind(byteOf(at), StackSlot.UNKNOWN));
            }
        }
    }

    /**
     * Writes to the stack.
     *
     * @param offset the constant part of the address
     * @param source the register that is stored; null for a constant, or if the helper alone knows what
     */
    void write(int base, Pointer pointer, long offset, int bytes, Value value, Register source) {
        Frame frame = frameOf(pointer);
        if (pointer.isFixed()) {
            writeAt(base, frame, offset + pointer.variable().value(), bytes, value, source);
        } else {
            writeSomewhere(frame, offset + pointer.variable().signedMin(),
                    offset + pointer.variable().signedMax() + bytes - 1, value, source);
        }
    }

    private void writeAt(int base, Frame frame, long at, int bytes, Value value, Register source) {
        int index = slotOf(at);
        StackSlot slot = frame.slot(index);
        if (value instanceof Pointer pointer) {
            if (bytes != StackSlot.BYTES) {
                throw Refusal.of(RejectionKind.POINTER_LEAK, "stores only " + bytes + " bytes of " + pointer,
                        "store all 8 bytes");
            }
            if (pointer.isStack() && frame != walk.frame()) {
                throw Refusal.of(RejectionKind.POINTER_LEAK, base,
                        "stores a pointer to the stack in the stack of a"
                                + " function that lives longer",
                        "");
            }
            spill(frame, index, slot, pointer, bytes);
        } else if (value instanceof Scalar number && at % StackSlot.BYTES == 0) {
            Scalar kept = number;
            boolean fits = number.range().width() <= bytes * Byte.SIZE;
            if (source != null && fits && number.id() == 0 && !number.range().isConstant()) {
                kept = number.withId(walk.newId());
                walk.set(source, kept);
            }
            if (!fits) {
                kept = new Scalar(RangeArithmetic.truncate(number.range(), bytes));
            }
            spill(frame, index, slot, kept, bytes);
        } else {
            writeBytes(frame, index, slot, at, bytes, value, source);
        }
    }

    private void spill(Frame frame, int index, StackSlot slot, Value value, int bytes) {
        if (bytes == StackSlot.BYTES) {
            frame.markWritten(index);
        }
        frame.setSlot(index, (slot.isSpill() ? slot.scrubbed() : slot).spill(value, bytes));
        walk.noteStackAccess(frame.number(), index);
    }

    private void writeBytes(Frame frame, int index, StackSlot slot, long at, int bytes, Value value,
            Register source) {
        int kind = StackSlot.UNKNOWN;
        if (value.isZero()) {
            if (source != null) {
                walk.markPrecise(source);
            }
            kind = StackSlot.ZERO;
        }
        StackSlot changed = slot.scrubbed();
        for (int i = 0; i < bytes; i++) {
            changed = changed.withKind(byteOf(at + i), kind);
        }
        if (bytes == StackSlot.BYTES) {
            frame.markWritten(index);
        }
        frame.setSlot(index, changed);
    }

    /** One of several places is written: what they were is no longer sure. */
    private void writeSomewhere(Frame frame, long first, long last, Value value, Register source) {
        boolean zero = value != null && value.isZero();
        boolean used = false;
        for (long at = first; at <= last; at++) {
            int index = slotOf(at);
            StackSlot slot = frame.slot(index);
            int kind = slot.kind(byteOf(at));
            if (zero && (kind == StackSlot.ZERO
                    || kind == StackSlot.SPILLED && slot.isSpill() && slot.spilled().isZero())) {
                used = true;
                continue;
            }
            if (!walk.policy().pointerLeaks() && kind == StackSlot.INVALID) {
                throw Refusal.of(RejectionKind.UNINITIALISED, "may write the stack at offset " + at
                        + ", where nothing was written", "set it to zero first");
            }
            frame.setSlot(index, slot.scrubbed().withKind(byteOf(at), StackSlot.UNKNOWN));
        }
        if (used && source != null) {
            walk.markPrecise(source);
        }
    }

    /** A helper fills bytes. */
    void fillBytes(Pointer pointer, long offset, int bytes) {
        Frame frame = frameOf(pointer);
        long first = offset + pointer.variable().value();
        for (long at = first; at < first + bytes; at++) {
            int index = slotOf(at);
            frame.setSlot(index, frame.slot(index).scrubbed().withKind(byteOf(at), StackSlot.UNKNOWN));
            if (at % StackSlot.BYTES == 0 && at + StackSlot.BYTES <= first + bytes) {
                frame.markWritten(index);
            }
        }
    }
}
