package io.bpf4j.vm.jit.x64.runtime;

import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.MachineCode;
import java.util.List;
import java.util.OptionalInt;

/**
 * The code for one process: programs, and all that they need. It refers to nothing outside but the arena, the process
 * block and what its maker added.
 *
 * @param code position-independent
 * @param faults the instructions that may fault, by rising offset
 * @param faultHandler the offset of the handler for SIGSEGV and SIGBUS; empty if no instruction may fault
 */
public record TargetCode(MachineCode code, List<Fault> faults, OptionalInt faultHandler) {

    /** An instruction that may fault and where to go on then; offsets in the code. */
    public record Fault(int instruction, int resume) {}

    /** Copies the list. */
    public TargetCode {
        faults = List.copyOf(faults);
    }

    /** Returns where a label is, in bytes from the start of the code. */
    public int offsetOf(Label label) {
        return code.offsetOf(label);
    }
}
