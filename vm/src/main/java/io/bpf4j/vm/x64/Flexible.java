package io.bpf4j.vm.x64;

/** A piece of code whose size depends on where other code ends up: a jump to a label, or padding. */
abstract sealed class Flexible {

    /** Bytes of fixed size before the piece. */
    final int position;
    /** The size as far as is known; a jump's only grows. */
    int size;

    Flexible(int position) {
        this.position = position;
    }

    /** A jump to a label, two bytes long where the label is near enough. */
    static final class Jump extends Flexible {
        /** Size with an 8-bit displacement. */
        static final int SHORT = 2;

        final Label target;
        /** Null for the jump that is always taken. */
        final ConditionCode condition;

        Jump(int position, ConditionCode condition, Label target) {
            super(position);
            this.condition = condition;
            this.target = target;
            this.size = SHORT;
        }

        /** Makes the displacement 32 bits wide. */
        void grow() {
            size = condition == null ? 5 : 6;
        }
    }

    /** As many bytes of nops as it takes to reach a multiple of a power of two. */
    static final class Padding extends Flexible {
        final int alignment;

        Padding(int position, int alignment) {
            super(position);
            this.alignment = alignment;
        }

        /** Takes the size that is right at an offset. */
        void settle(int offset) {
            size = -offset & alignment - 1;
        }
    }
}
