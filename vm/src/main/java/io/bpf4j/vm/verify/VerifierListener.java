package io.bpf4j.vm.verify;

/** Follows a verification, for a trace of what is known at every step. */
public interface VerifierListener {

    /** Listens to nothing. */
    VerifierListener NONE = new VerifierListener() {
        @Override
        public void step(int slot, Known known) {
            // Nobody wants to know.
        }

        @Override
        public void covered(int slot) {
            // Nobody wants to know.
        }
    };

    /** What is known before an instruction. */
    interface Known {
        /** Returns the registers that have values and the stack, in words, such as {@code r1 = 0..255}. */
        String describe();
    }

    /** An instruction is walked. */
    void step(int slot, Known known);

    /** A path ends before an instruction, because a path that was walked before covers it. */
    void covered(int slot);
}
