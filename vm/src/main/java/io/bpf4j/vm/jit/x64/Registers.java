package io.bpf4j.vm.jit.x64;

import static io.bpf4j.vm.x64.Gpr.R10;
import static io.bpf4j.vm.x64.Gpr.R11;
import static io.bpf4j.vm.x64.Gpr.R12;
import static io.bpf4j.vm.x64.Gpr.R13;
import static io.bpf4j.vm.x64.Gpr.R14;
import static io.bpf4j.vm.x64.Gpr.R15;
import static io.bpf4j.vm.x64.Gpr.R8;
import static io.bpf4j.vm.x64.Gpr.R9;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RBP;
import static io.bpf4j.vm.x64.Gpr.RBX;
import static io.bpf4j.vm.x64.Gpr.RCX;
import static io.bpf4j.vm.x64.Gpr.RDI;
import static io.bpf4j.vm.x64.Gpr.RDX;
import static io.bpf4j.vm.x64.Gpr.RSI;

import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.x64.Gpr;
import java.util.List;

/**
 * Which processor register is which of the program's. Arguments and result are where the System V convention has them,
 * so that calls move nothing, and R6 to R9 are in registers that it preserves (as in the kernel,
 * arch/x86/net/bpf_jit_comp.c, reg2hex).
 */
final class Registers {

    /** Holds the address of the {@link Control} block, always. */
    static final Gpr CONTROL = R12;
    /** Free within one instruction of the program; also the address that is checked. */
    static final Gpr SCRATCH = R11;
    /** Free within one instruction of the program. */
    static final Gpr SCRATCH_2 = R10;
    /** Free within one instruction of the program. */
    static final Gpr SCRATCH_3 = R9;
    /** R6 to R9, which a function that writes them must keep for its caller. */
    static final List<Register> SAVED = List.of(Register.R6, Register.R7, Register.R8, Register.R9);

    /** R1 to R5, which a call may change. */
    static final List<Gpr> ARGUMENTS = List.of(RDI, RSI, RDX, RCX, R8);

    private static final Gpr[] GPRS = {RAX, RDI, RSI, RDX, RCX, R8, RBX, R13, R14, R15, RBP};

    private Registers() {}

    /** Returns the processor's register. */
    static Gpr of(Register register) {
        return GPRS[register.number()];
    }
}
