package io.bpf4j.vm.verify;

import io.bpf4j.vm.explain.Complaint.Space;
import java.util.Optional;

/** Ends a walk: the instruction at hand must not be executed. Has no stack trace; the program caused it. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RejectionKind kind;
    private final int register;
    private final String hint;
    private transient Optional<Space> space = Optional.empty();

    private Refusal(RejectionKind kind, int register, String message, String hint) {
        super(message, null, false, false);
        this.kind = kind;
        this.register = register;
        this.hint = hint;
    }

    static Refusal of(RejectionKind kind, String message, String hint) {
        return new Refusal(kind, -1, message, hint);
    }

    /** Makes the refusal of what a register holds. */
    static Refusal of(RejectionKind kind, int register, String message, String hint) {
        return new Refusal(kind, register, message, hint);
    }

    /** Says which memory is too small. */
    Refusal in(Space tooSmall) {
        space = Optional.of(tooSmall);
        return this;
    }

    Optional<Space> space() {
        return space;
    }

    RejectionKind kind() {
        return kind;
    }

    /** Returns the number of the register that is to blame, or -1. */
    int register() {
        return register;
    }

    String hint() {
        return hint;
    }
}
