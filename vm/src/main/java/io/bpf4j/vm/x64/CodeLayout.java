package io.bpf4j.vm.x64;

import java.util.List;

/**
 * Where everything in a {@link CodeBuffer} ends up. All jumps start short; those that do not reach their label grow,
 * until all reach. A jump never shrinks again, so this ends. Each round walks up for the jumps back and down for the
 * jumps ahead, so that a jump sees at once how those grew that it leaps over, and chains of them take one round.
 */
final class CodeLayout {

    private final CodeBuffer owner;
    private final List<Flexible> flexibles;
    /** {@code shift[n]} is the size of the first n flexible pieces. */
    private final int[] shift;

    CodeLayout(CodeBuffer owner, List<Flexible> flexibles) {
        this.owner = owner;
        this.flexibles = flexibles;
        this.shift = new int[flexibles.size() + 1];
        int[] rest = new int[flexibles.size() + 1];
        boolean grown;
        do {
            grown = growJumpsBack();
            grown |= growJumpsAhead(rest);
        } while (grown);
    }

    private boolean growJumpsBack() {
        boolean grown = false;
        for (int i = 0; i < flexibles.size(); i++) {
            Flexible piece = flexibles.get(i);
            switch (piece) {
                case Flexible.Padding padding -> padding.settle(offsetOf(i));
                case Flexible.Jump jump -> grown |= jump.target.flexiblesBefore() <= i
                        && grow(jump, offsetOf(jump.target) - (offsetOf(i) + jump.size));
            }
            shift[i + 1] = shift[i] + piece.size;
        }
        return grown;
    }

    /** Takes room for the sizes of the flexible pieces from each on. */
    private boolean growJumpsAhead(int[] rest) {
        boolean grown = false;
        for (int i = flexibles.size() - 1; i >= 0; i--) {
            Flexible piece = flexibles.get(i);
            if (piece instanceof Flexible.Jump jump && jump.target.flexiblesBefore() > i) {
                Label target = jump.target;
                grown |= grow(jump,
                        target.position() - piece.position + rest[i + 1] - rest[target.flexiblesBefore()]);
            }
            rest[i] = rest[i + 1] + piece.size;
        }
        return grown;
    }

    /** Makes a jump long if it has to be; returns whether that is news. */
    private static boolean grow(Flexible.Jump jump, int distance) {
        if (jump.size != Flexible.Jump.SHORT || distance == (byte) distance) {
            return false;
        }
        jump.grow();
        return true;
    }

    /** Returns the displacement of the jump that is a flexible piece. */
    int distance(int piece) {
        Flexible.Jump jump = (Flexible.Jump) flexibles.get(piece);
        return offsetOf(jump.target) - (offsetOf(piece) + jump.size);
    }

    /** Returns where a flexible piece starts. */
    int offsetOf(int piece) {
        return flexibles.get(piece).position + shift[piece];
    }

    /** Returns where a label is. */
    int offsetOf(Label label) {
        label.requireOwner(owner);
        return offsetOf(label.position(), label.flexiblesBefore());
    }

    /** Returns where a byte of fixed code is that has a number of flexible pieces before it. */
    int offsetOf(int position, int flexiblesBefore) {
        return position + shift[flexiblesBefore];
    }

    /** Returns the size of all flexible pieces. */
    int flexibleSize() {
        return shift[flexibles.size()];
    }
}
