package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.verify.Scalar.Shift;
import java.util.Arrays;

/**
 * Copies of one number, in registers and spilled: what a branch tells of one holds for all (kernel/bpf/verifier.c,
 * collect_linked_regs and sync_linked_regs). A place is encoded as {@code frame << 16 | (slot ? 0x100 : 0) | number}.
 */
final class LinkedScalars {

    private static final int SLOT = 0x100;

    private LinkedScalars() {}

    static int register(int frame, int number) {
        return frame << 16 | number;
    }

    static int slot(int frame, int number) {
        return frame << 16 | SLOT | number;
    }

    static boolean isSlot(int place) {
        return (place & SLOT) != 0;
    }

    static int frame(int place) {
        return place >> 16;
    }

    static int number(int place) {
        return place & 0xff;
    }

    /** Finds the places of a number, one at least. */
    static int[] places(State state, int id) {
        int[] places = new int[8];
        int count = 0;
        for (Frame frame : state.frames()) {
            for (int number = 0; number < frame.registers(); number++) {
                if (frame.get(number) instanceof Scalar scalar && scalar.id() == id) {
                    places = add(places, count++, register(frame.number(), number));
                }
            }
            for (int number = 0; number < frame.slots(); number++) {
                StackSlot slot = frame.slot(number);
                if (slot.isSpill() && slot.spilled() instanceof Scalar scalar && scalar.id() == id) {
                    places = add(places, count++, slot(frame.number(), number));
                }
            }
        }
        return Arrays.copyOf(places, count);
    }

    private static int[] add(int[] places, int count, int place) {
        int[] room = count == places.length ? Arrays.copyOf(places, count * 2) : places;
        room[count] = place;
        return room;
    }

    /** Tells all copies what is known of one. */
    static void spread(State state, int[] places, Scalar known) {
        for (int place : places) {
            Frame frame = state.frame(frame(place));
            if (isSlot(place)) {
                StackSlot slot = frame.slot(number(place));
                if (slot.isSpill() && slot.spilled() instanceof Scalar copy && copy.id() == known.id()) {
                    frame.setSlot(number(place), slot.withSpilled(told(copy, known)));
                }
            } else if (frame.get(number(place)) instanceof Scalar copy && copy.id() == known.id()) {
                frame.set(number(place), told(copy, known));
            }
        }
    }

    private static Scalar told(Scalar copy, Scalar known) {
        boolean mixed = copy.shift() != known.shift() && copy.shift() != Shift.NONE
                && known.shift() != Shift.NONE;
        if (mixed) {
            return copy;
        }
        long delta = (long) copy.delta() - known.delta();
        if (delta == 0) {
            return copy.withRange(known.range());
        }
        boolean wide = copy.shift() != Shift.HALF && known.shift() != Shift.HALF;
        return copy.withRange(RangeArithmetic.apply(AluOperation.ADD, wide, known.range(),
                ScalarRange.constant(delta)));
    }
}
