package io.bpf4j.vm.x64;

import java.util.List;

/**
 * Where everything in a {@link CodeBuffer} ends up. All jumps start short; those that do not reach their label grow,
 * until all reach. A jump never shrinks again, so this ends, and in practice after a few rounds, each linear.
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
        do {
            sum();
        } while (growJumps());
    }

    private void sum() {
        for (int i = 0; i < flexibles.size(); i++) {
            Flexible piece = flexibles.get(i);
            if (piece instanceof Flexible.Padding padding) {
                padding.settle(offsetOf(i));
            }
            shift[i + 1] = shift[i] + piece.size;
        }
    }

    private boolean growJumps() {
        boolean grown = false;
        for (int i = 0; i < flexibles.size(); i++) {
            if (flexibles.get(i) instanceof Flexible.Jump jump && jump.size == Flexible.Jump.SHORT
                    && isFar(distance(i))) {
                jump.grow();
                grown = true;
            }
        }
        return grown;
    }

    private static boolean isFar(int distance) {
        return distance != (byte) distance;
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
