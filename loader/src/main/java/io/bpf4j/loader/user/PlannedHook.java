package io.bpf4j.loader.user;

import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.trampoline.Hook.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A place in a process that is to be patched, and what is wanted there. */
final class PlannedHook {

    private final PatchPlan.Patch patch;
    private final long address;
    private final long function;
    private final Moment moment;
    private final List<Placement> placements = new ArrayList<>();

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

    /** Adds a program. */
    void add(Placement placement) {
        placements.add(placement);
    }

    /** Returns what is wanted here. */
    List<Placement> placements() {
        return placements;
    }

    /** Returns what runs before the instruction at the address. */
    List<Program> before() {
        return programs(placement -> placement.moment() != Placement.Moment.RETURN);
    }

    /** Returns what runs when the function returns. */
    List<Program> after() {
        return programs(placement -> placement.moment() == Placement.Moment.RETURN);
    }

    private List<Program> programs(Predicate<Placement> wanted) {
        return placements.stream().filter(wanted).map(Placement::program).toList();
    }

    /** Returns the bytes that the patch needs for itself. */
    List<Range> ranges() {
        return Stream.concat(Stream.of(patch.detour().window()),
                patch.edits(patch.reach().lowest()).stream().map(Edit::range)).toList();
    }
}
