package io.bpf4j.loader.user;

import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.trampoline.Hook.Moment;
import java.util.ArrayList;
import java.util.List;

/** A place in a process that is to be patched, and which programs run there. */
final class PlannedHook {

    private final PatchPlan.Patch patch;
    private final long address;
    private final long function;
    private final Moment moment;
    private final List<Program> before = new ArrayList<>();
    private final List<Program> after = new ArrayList<>();

    /**
     * Plans a hook.
     *
     * @param address what programs see as their instruction pointer
     * @param function where the function begins
     */
    PlannedHook(PatchPlan.Patch patch, long address, long function, Moment moment) {
        this.patch = patch;
        this.address = address;
        this.function = function;
        this.moment = moment;
    }

    PatchPlan.Patch patch() {
        return patch;
    }

    long address() {
        return address;
    }

    long function() {
        return function;
    }

    Moment moment() {
        return moment;
    }

    /** Returns what runs before the instruction at the address. */
    List<Program> before() {
        return before;
    }

    /** Returns what runs when the function returns. */
    List<Program> after() {
        return after;
    }
}
