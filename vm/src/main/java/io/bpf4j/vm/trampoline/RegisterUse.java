package io.bpf4j.vm.trampoline;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.program.Program;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Which of the interrupted code's registers programs may look at. */
final class RegisterUse {

    /** Helpers that read the context themselves, or memory at any address. */
    private static final Set<Helper> READERS = EnumSet.of(Helper.GET_STACK, Helper.GET_STACKID,
            Helper.TAIL_CALL,
            Helper.PROBE_READ, Helper.PROBE_READ_KERNEL, Helper.PROBE_READ_STR, Helper.PROBE_READ_KERNEL_STR);

    private RegisterUse() {}

    /**
     * Returns the registers that some of the programs may read from their context. Every load counts whose offset is
     * that of a register, whatever it loads from: the verifier lets no program move the pointer to its context.
     */
    static Set<PtRegs> reads(List<Program> programs) {
        Set<PtRegs> found = EnumSet.noneOf(PtRegs.class);
        for (Program program : programs) {
            for (Insn insn : program.instructions()) {
                add(found, insn);
            }
        }
        return found;
    }

    /** Returns whether a program calls a helper anywhere. */
    static boolean calls(Program program, Helper helper) {
        return program.instructions().stream()
                .anyMatch(insn -> insn instanceof CallHelper call && call.id() == helper.id());
    }

    private static void add(Set<PtRegs> found, Insn insn) {
        if (insn instanceof Load load && load.offset() >= 0 && load.offset() < PtRegs.SIZE) {
            found.add(PtRegs.values()[load.offset() / Long.BYTES]);
        } else if (insn instanceof CallHelper call
                && Helper.byId(call.id()).filter(READERS::contains).isPresent()) {
            found.addAll(EnumSet.allOf(PtRegs.class));
        }
    }
}
