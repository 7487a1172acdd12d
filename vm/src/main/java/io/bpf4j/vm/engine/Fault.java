package io.bpf4j.vm.engine;

/** A trap on its way to an engine, which knows the program and names the place. */
public final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final TrapException.Kind kind;

    /** Makes the fault. */
    public Fault(TrapException.Kind kind, String reason) {
        super(reason, null, false, false);
        this.kind = kind;
    }

    /** Returns what was wrong. */
    public TrapException.Kind kind() {
        return kind;
    }
}
