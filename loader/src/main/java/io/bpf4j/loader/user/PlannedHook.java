package io.bpf4j.loader.user;

import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.trampoline.Hook;
import io.bpf4j.vm.trampoline.Hook.Moment;
import io.bpf4j.vm.trampoline.Run;
import io.bpf4j.vm.trampoline.TrampolineWriter;
import io.bpf4j.vm.x64.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A place in a process that is to be patched, and what is wanted there. */
final class PlannedHook implements PlannedCode {

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

    @Override
    public PatchPlan.Patch patch() {
        return patch;
    }

    @Override
    public long address() {
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

    @Override
    public Label write(TrampolineWriter writer, Map<Program, Label> entries) {
        return writer.write(new Hook(address, function, runs(before(), entries), runs(after(), entries),
                patch.detour(), moment));
    }

    private static List<Run> runs(List<Program> programs, Map<Program, Label> entries) {
        return programs.stream().map(program -> new Run(program, entries.get(program), 0)).toList();
    }

    /** Returns the bytes that the patch needs for itself. */
    List<Range> ranges() {
        return Stream.concat(Stream.of(patch.detour().window()),
                patch.edits(patch.reach().lowest()).stream().map(Edit::range)).toList();
    }
}
