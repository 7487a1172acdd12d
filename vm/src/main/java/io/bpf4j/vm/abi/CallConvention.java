package io.bpf4j.vm.abi;

import java.util.List;

/** Where a function of the traced program finds its whole-number arguments and leaves its result. */
public enum CallConvention {
    /** C on x86-64 Linux: System V ABI, section 3.2.3. */
    SYSTEM_V(List.of(PtRegs.DI, PtRegs.SI, PtRegs.DX, PtRegs.CX, PtRegs.R8, PtRegs.R9), PtRegs.AX),
    /** System calls at their entry: as C, but R10 in place of RCX. */
    SYSTEM_CALL(List.of(PtRegs.DI, PtRegs.SI, PtRegs.DX, PtRegs.R10, PtRegs.R8, PtRegs.R9), PtRegs.AX),
    /** Go 1.17 and newer on amd64 (Go source, src/cmd/compile/abi-internal.md). */
    GO(List.of(PtRegs.AX, PtRegs.BX, PtRegs.CX, PtRegs.DI, PtRegs.SI, PtRegs.R8, PtRegs.R9, PtRegs.R10,
            PtRegs.R11), PtRegs.AX);

    private final List<PtRegs> arguments;
    private final PtRegs result;

    CallConvention(List<PtRegs> arguments, PtRegs result) {
        this.arguments = arguments;
        this.result = result;
    }

    /** Returns the registers of the arguments, first argument first. */
    public List<PtRegs> arguments() {
        return arguments;
    }

    /** Returns the register of the (first) result. */
    public PtRegs result() {
        return result;
    }
}
