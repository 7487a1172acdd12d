package io.bpf4j.vm.engine;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.CallKernelFunction;
import io.bpf4j.vm.isa.Insn.LoadPacket;

/**
 * A trap on its way to an engine, which knows the program and names the place; compiled programs find it in the stack
 * trace.
 */
public final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final TrapException.Kind kind;

    /** Makes the fault. */
    public Fault(TrapException.Kind kind, String reason) {
        super(reason);
        this.kind = kind;
    }

    /** Makes the fault of an instruction that does not exist outside the kernel; null if it does. */
    public static Fault unsupported(Insn insn) {
        return switch (insn) {
            case LoadPacket load -> new Fault(TrapException.Kind.UNKNOWN_FUNCTION,
                    "packet access of classic BPF does not exist in user space");
            case CallKernelFunction call -> new Fault(TrapException.Kind.UNKNOWN_FUNCTION,
                    "kernel function #" + call.btfId() + " does not exist in user space");
            default -> null;
        };
    }

    /** Returns what was wrong. */
    public TrapException.Kind kind() {
        return kind;
    }
}
