package io.bpf4j.vm.trampoline;

import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.x64.Gpr;
import java.util.Arrays;
import java.util.List;

/** A general register of the interrupted code, and where programs find it in their context. */
enum SavedRegister {
    R15(PtRegs.R15, Gpr.R15),
    R14(PtRegs.R14, Gpr.R14),
    R13(PtRegs.R13, Gpr.R13),
    R12(PtRegs.R12, Gpr.R12),
    RBP(PtRegs.BP, Gpr.RBP),
    RBX(PtRegs.BX, Gpr.RBX),
    R11(PtRegs.R11, Gpr.R11),
    R10(PtRegs.R10, Gpr.R10),
    R9(PtRegs.R9, Gpr.R9),
    R8(PtRegs.R8, Gpr.R8),
    RAX(PtRegs.AX, Gpr.RAX),
    RCX(PtRegs.CX, Gpr.RCX),
    RDX(PtRegs.DX, Gpr.RDX),
    RSI(PtRegs.SI, Gpr.RSI),
    RDI(PtRegs.DI, Gpr.RDI);

    /** Those that the way to the thread's block needs; they are kept on the stack, the last one lowest. */
    static final List<SavedRegister> PUSHED = List.of(R12, RCX, RAX);

    private final PtRegs field;
    private final Gpr gpr;

    SavedRegister(PtRegs field, Gpr gpr) {
        this.field = field;
        this.gpr = gpr;
    }

    /** Returns the place in the context. */
    PtRegs field() {
        return field;
    }

    /** Returns the register. */
    Gpr gpr() {
        return gpr;
    }

    /** Returns those that are kept in the context only. */
    static List<SavedRegister> others() {
        return Arrays.stream(values()).filter(register -> !PUSHED.contains(register)).toList();
    }
}
