package io.bpf4j.loader.user;

import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.patch.SystemCallSite;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.trampoline.Run;
import io.bpf4j.vm.trampoline.SystemCallHook;
import io.bpf4j.vm.trampoline.SystemCallHook.Selected;
import io.bpf4j.vm.trampoline.SystemCallHook.Side;
import io.bpf4j.vm.trampoline.TrampolineWriter;
import io.bpf4j.vm.x64.Label;
import java.util.List;
import java.util.Map;

/**
 * One side of a system call that is to be patched.
 *
 * @param flags whether flags may be in use there
 * @param entered whether control may come behind the call otherwise than from the call
 */
record PlannedCall(SystemCallSite site, Side side, PatchPlan.Patch patch, List<Wanted> wanted, boolean flags,
        boolean entered) implements PlannedCode {

    /** A program, and the calls that it is for. */
    record Wanted(Program program, SystemCallPoint point) {}

    @Override
    public long address() {
        return site.address();
    }

    @Override
    public Label write(TrampolineWriter writer, Map<Program, Label> entries) {
        List<Selected> runs = wanted.stream().map(one -> new Selected(
                new Run(one.program(), entries.get(one.program()), 0), one.point().call())).toList();
        return writer
                .write(new SystemCallHook(site.address(), side, site.number(), runs, patch.detour(), flags,
                        entered));
    }
}
