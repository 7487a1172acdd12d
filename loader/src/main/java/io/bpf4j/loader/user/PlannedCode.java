package io.bpf4j.loader.user;

import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.trampoline.TrampolineWriter;
import io.bpf4j.vm.x64.Label;
import java.util.Map;

/** A place in a process that is to be patched, and the code that it is to lead to. */
interface PlannedCode {

    /** Returns the address that programs are hit at. */
    long address();

    /** Returns what becomes of the instructions there. */
    PatchPlan.Patch patch();

    /**
     * Writes the code.
     *
     * @param entries where the programs are in it
     * @return where to jump to from the patch
     */
    Label write(TrampolineWriter writer, Map<Program, Label> entries);
}
